// The three languages say the same things, and every text that a component asks for is there.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const root = new URL('../src/', import.meta.url).pathname;
const LANGUAGES = ['en', 'zh-CN', 'zh-TW'];
/** Endings by which a language tells numbers apart; Chinese has one form only. */
const PLURALS = /_(one|other)$/;

const flat = (map, prefix = '') =>
  Object.entries(map).flatMap(([key, value]) =>
    typeof value === 'string' ? [[prefix + key, value]] : flat(value, `${prefix}${key}.`),
  );
const names = (text) =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)]
    .map((match) => match[1])
    .sort()
    .join(' ');

const wrong = [];
const folders = await readdir(join(root, 'texts'), { withFileTypes: true });
const parts = folders.filter((one) => one.isDirectory()).map((one) => one.name);
const read = async (part, language) =>
  flat(JSON.parse(await readFile(join(root, 'texts', part, `${language}.json`), 'utf8')));
/** The part of each text: those of `common` may be said everywhere, others only by the feature of that name. */
const partOf = new Map();
const bundles = {};
for (const language of LANGUAGES) {
  const entries = [];
  for (const part of parts) {
    for (const [key, text] of await read(part, language)) {
      entries.push([key, text]);
      partOf.set(key.replace(PLURALS, ''), part);
    }
  }
  bundles[language] = new Map(entries.map(([key, text]) => [key.replace(PLURALS, ''), names(text)]));
  for (const [key, text] of entries) if (text.trim() === '') wrong.push(`${language}: ${key} is empty`);
}
const all = new Set(LANGUAGES.flatMap((language) => [...bundles[language].keys()]));
for (const key of all) {
  for (const language of LANGUAGES) {
    if (!bundles[language].has(key)) wrong.push(`${language}: ${key} is missing`);
    else if (bundles[language].get(key) !== bundles.en.get(key)) wrong.push(`${language}: ${key} names other values`);
  }
}

const asked = new Set();
const beginnings = new Set();
for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.tsx?$/.test(entry.name)) continue;
  const path = join(entry.parentPath, entry.name);
  const text = await readFile(path, 'utf8');
  for (const [, key] of text.matchAll(/'([a-z]\w*(?:\.\w+)+)'/g)) {
    if (!all.has(key)) continue;
    asked.add(key);
    const part = partOf.get(key);
    if (part !== 'common' && !path.includes(`/features/${part}/`))
      wrong.push(`${entry.name}: ${key} is not there outside of ${part}`);
  }
  for (const [, key] of text.matchAll(/\bt\('([^']+)'/g))
    if (!all.has(key)) wrong.push(`${entry.name}: no text ${key}`);
  for (const [, beginning] of text.matchAll(/`([a-z]\w*(?:\.\w+)*\.)\$\{/g)) beginnings.add(beginning);
}
for (const key of all) {
  if (!asked.has(key) && ![...beginnings].some((beginning) => key.startsWith(beginning))) {
    wrong.push(`${key} is said nowhere`);
  }
}

console.log(wrong.length === 0 ? `texts: ${all.size} in ${LANGUAGES.length} languages` : wrong.join('\n'));
process.exit(wrong.length === 0 ? 0 : 1);

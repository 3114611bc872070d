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
const names = (text) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort().join(' ');

const wrong = [];
const bundles = {};
for (const language of LANGUAGES) {
  const entries = flat(JSON.parse(await readFile(join(root, 'texts', `${language}.json`), 'utf8')));
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
  const text = await readFile(join(entry.parentPath, entry.name), 'utf8');
  for (const [, key] of text.matchAll(/'([a-z]\w*(?:\.\w+)+)'/g)) if (all.has(key)) asked.add(key);
  for (const [, key] of text.matchAll(/\bt\('([^']+)'/g)) if (!all.has(key)) wrong.push(`${entry.name}: no text ${key}`);
  for (const [, key] of text.matchAll(/`([a-z]\w*(?:\.\w+)*\.)\$\{/g)) beginnings.add(key);
}
for (const key of all) {
  if (!asked.has(key) && ![...beginnings].some((beginning) => key.startsWith(beginning))) {
    wrong.push(`${key} is said nowhere`);
  }
}

console.log(wrong.length === 0 ? `texts: ${all.size} in ${LANGUAGES.length} languages` : wrong.join('\n'));
process.exit(wrong.length === 0 ? 0 : 1);

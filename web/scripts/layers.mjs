// Each folder imports from those below it only, and a feature from no other feature: what is shared moves down.
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';

const root = new URL('../src/', import.meta.url).pathname;
/** Lowest first. */
const LAYERS = ['definition', 'ui', 'texts', 'api', 'fields', 'forms', 'flows', 'features', 'app'];
/** Longest a file may be that is written by hand, and one that is generated: its first line says `@generated`. */
const [LINES, GENERATED] = [400, 600];

const layer = (path) => LAYERS.indexOf(path.split('/')[0]);
const feature = (path) => (path.startsWith('features/') ? path.split('/')[1] : undefined);
const wrong = [];

for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.tsx?$/.test(entry.name)) continue;
  const file = join(entry.parentPath, entry.name);
  const own = relative(root, file);
  const text = await readFile(file, 'utf8');
  const lines = text.split('\n').length;
  const most = text.slice(0, text.indexOf('\n')).includes('@generated') ? GENERATED : LINES;
  if (lines > most) wrong.push(`${own}: ${lines} lines, at most ${most}`);
  if (own === 'main.tsx') continue;
  for (const [, named] of text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) {
    const target = relative(root, resolve(dirname(file), named));
    if (layer(target) > layer(own)) wrong.push(`${own} imports ${target}, which stands above it`);
    const [mine, other] = [feature(own), feature(target)];
    if (mine && other && mine !== other) wrong.push(`${own} imports ${target}, which is another feature`);
  }
}

console.log(wrong.length === 0 ? `layers: ${LAYERS.join(' < ')}` : wrong.join('\n'));
process.exit(wrong.length === 0 ? 0 : 1);

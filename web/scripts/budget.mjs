// Says how much a browser fetches before the first page can be used, and fails where that is more than it may be.
import { readFile, stat } from 'node:fs/promises';

const folder = new URL('../dist/', import.meta.url).pathname;
/** Kilobytes of gzip that every page waits for. */
const SHELL = 180;

const html = await readFile(`${folder}index.html`, 'utf8');
const first = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].map((match) => match[1]);
const sizes = await Promise.all(first.map(async (name) => (await stat(`${folder}${name}.gz`)).size));
const shell = sizes.reduce((sum, size) => sum + size, 0) / 1024;
console.log(`shell: ${shell.toFixed(0)} of ${SHELL} kB (gzip), ${first.length} files`);
if (shell > SHELL) {
  console.error(`the shell is larger than ${SHELL} kB: something that a single page needs is imported by all`);
  process.exit(1);
}

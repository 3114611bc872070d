// What a browser fetches of the application: files of `dist` and how many kilobytes of gzip they are.
import { readFile, stat } from 'node:fs/promises';

const folder = new URL('../dist/', import.meta.url).pathname;

/** The files that every page waits for. */
export async function shell() {
  const html = await readFile(`${folder}index.html`, 'utf8');
  return [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].map((match) => match[1]);
}

/** Kilobytes of gzip of such files. */
export async function weight(files) {
  const sizes = await Promise.all(files.map(async (name) => (await stat(`${folder}${name}.gz`)).size));
  return sizes.reduce((sum, size) => sum + size, 0) / 1024;
}

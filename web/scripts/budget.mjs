// Says how much a browser fetches before the first page can be used, and fails where that is more than it may be.
import { shell, weight } from './weight.mjs';

/** Kilobytes of gzip that every page waits for. */
const SHELL = 180;

const first = await shell();
const kilobytes = await weight(first);
console.log(`shell: ${kilobytes.toFixed(0)} of ${SHELL} kB (gzip), ${first.length} files`);
if (kilobytes > SHELL) {
  console.error(`the shell is larger than ${SHELL} kB: something that a single page needs is imported by all`);
  process.exit(1);
}

// Puts what was built into the form in which it is served: text as brotli and gzip, everything else as it is.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const folder = new URL('../dist', import.meta.url).pathname;
const text = /\.(js|css|svg|json|webmanifest)$/;

for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !text.test(entry.name)) continue;
  const path = join(entry.parentPath, entry.name);
  const bytes = await readFile(path);
  const options = {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  };
  await writeFile(`${path}.br`, brotliCompressSync(bytes, options));
  await writeFile(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  // Whoever takes neither gets it unpacked; the binary holds each file twice, not three times.
  await rm(path);
}

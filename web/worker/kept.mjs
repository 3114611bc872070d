// Tells the worker which files of this build it keeps: those that the first page and every other one open with. What only
// some pages fetch later (an editor, a calendar) it keeps when somebody used it.
import { createHash } from 'node:crypto';

/** Files of `public` that the page names. */
const PUBLIC = ['/icon.svg', '/manifest.webmanifest'];
/** Letters of the other scripts are fetched where a text has them. */
const FONT = /inter-latin-wght-normal.*\.woff2$/;

export function kept() {
  return {
    name: 'kept',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const worker = bundle['sw.js'];
        const files = Object.values(bundle);
        const entry = files.find((one) => one.type === 'chunk' && one.isEntry && one !== worker);
        const names = new Set(files.map((one) => one.fileName).filter((name) => FONT.test(name)));
        for (const chunk of opening(bundle, entry)) {
          names.add(chunk.fileName);
          for (const sheet of chunk.viteMetadata?.importedCss ?? []) names.add(sheet);
        }
        const paths = [...PUBLIC, ...[...names].sort().map((name) => `/${name}`)];
        const version = createHash('sha256').update(paths.join()).update(bundle['index.html'].source);
        worker.code = worker.code
          .replaceAll('__KEPT__', JSON.stringify(paths))
          .replaceAll('__VERSION__', JSON.stringify(version.digest('hex').slice(0, 16)));
      },
    },
  };
}

/** The first chunk and those of the pages, each with all that it cannot do without. */
function opening(bundle, entry) {
  const found = new Set();
  const add = (chunk) => {
    if (chunk?.type !== 'chunk' || found.has(chunk)) return;
    found.add(chunk);
    chunk.imports.forEach((name) => add(bundle[name]));
  };
  add(entry);
  for (const chunk of [...found]) chunk.dynamicImports.forEach((name) => add(bundle[name]));
  return found;
}

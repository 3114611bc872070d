import type { PackFiles } from '../../../api/packs';

/** What belongs to a pack: texts. Whatever else lies in the folder is left where it is. */
const TEXT = /\.(ya?ml|json|rhai|hbs|html|txt|md|csv)$/i;

export interface ReadPack {
  name: string;
  files: PackFiles;
}

/**
 * Reads a folder that somebody chose: the folder with `pack.yaml` is the pack.
 *
 * @throws Error where there is none
 */
export async function readPack(chosen: readonly File[], missing: string): Promise<ReadPack> {
  const path = (file: File) => file.webkitRelativePath || file.name;
  const headers = chosen.filter((file) => /(^|\/)pack\.(ya?ml|json)$/.test(path(file)));
  const head = headers.sort((a, b) => path(a).length - path(b).length)[0];
  if (head === undefined) throw new Error(missing);
  const root = path(head).slice(0, path(head).lastIndexOf('/') + 1);
  const own = chosen.filter((file) => path(file).startsWith(root) && TEXT.test(path(file)));
  const entries = await Promise.all(
    own.map(async (file) => [path(file).slice(root.length), await file.text()] as const),
  );
  return { name: nameOf(await head.text()) ?? root.replace(/\/$/, ''), files: Object.fromEntries(entries) };
}

/** The name that the head of a pack says. */
export function nameOf(head: string): string | undefined {
  return /^\s*"?name"?\s*:\s*["']?([a-z][a-z0-9_]*)/m.exec(head)?.[1];
}

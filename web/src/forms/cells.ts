import type { Json } from '../definition/json';
import type { Field, ObjectDefinition } from '../definition/types';

type Line = Record<string, Json>;

/** A block of cells as spreadsheets put it on the clipboard: columns by tabs, rows by line ends, quoted where it must. */
export function readBlock(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = '';
  let quoted = false;
  const end = () => {
    rows.at(-1)?.push(cell);
    cell = '';
  };
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] ?? '';
    if (quoted && sign === '"' && text[at + 1] === '"') {
      cell += '"';
      at += 1;
    } else if (quoted && sign === '"') quoted = false;
    else if (!quoted && sign === '"' && cell === '') quoted = true;
    else if (!quoted && sign === '\t') end();
    else if (!quoted && sign === '\n') {
      end();
      rows.push([]);
    } else if (quoted || sign !== '\r') cell += sign;
  }
  end();
  // A spreadsheet ends its last row, too.
  const last = rows.at(-1);
  return last?.length === 1 && last[0] === '' ? rows.slice(0, -1) : rows;
}

/** The lines with a block put into them from a cell on; rows beyond the last are new lines, made by `fresh`. */
export function pasted(
  lines: readonly Line[],
  block: readonly string[][],
  from: { row: number; column: number },
  columns: readonly string[],
  object: ObjectDefinition,
  fresh: () => Line,
): Line[] {
  const next = [...lines];
  block.forEach((cells, down) => {
    const at = from.row + down;
    const line = { ...(next[at] ?? fresh()) };
    cells.forEach((cell, across) => {
      const name = columns[from.column + across];
      const field = name === undefined ? undefined : object.fields[name];
      if (name === undefined || !field?.writable) return;
      const value = valueOf(field, cell.trim());
      if (value !== undefined) line[name] = value;
    });
    next[at] = line;
  });
  return next;
}

const NUMBERS = ['integer', 'decimal', 'money', 'percent', 'rating'];
const TEXTS = ['text', 'long_text', 'rich_text', 'email', 'phone', 'url', 'barcode', 'color', 'duration'];
const TRUTHS: Record<string, boolean> = {
  true: true,
  yes: true,
  '1': true,
  是: true,
  false: false,
  no: false,
  '0': false,
  否: false,
};

/** A cell as the value of a field; undefined where it says nothing to it, and the field stays as it is. */
function valueOf(field: Field, cell: string): Json | undefined {
  if (cell === '') return TEXTS.includes(field.type) || NUMBERS.includes(field.type) ? null : undefined;
  if (TEXTS.includes(field.type)) return cell;
  if (NUMBERS.includes(field.type)) {
    // Signs of currencies and groups of digits are how a spreadsheet shows a number; `1.00E+05` is none of its figures.
    if (/\d\P{Nd}*\p{L}\P{Nd}*\d/u.test(cell)) return undefined;
    const digits = cell.replace(/[^\d.-]/g, '');
    if (!/^-?\d+(\.\d+)?$/.test(digits)) return undefined;
    return ['integer', 'rating'].includes(field.type) ? Number(digits) : digits;
  }
  if (field.type === 'boolean') return TRUTHS[cell.toLowerCase()];
  if (field.type === 'select') {
    const options = Object.entries(field.options ?? {});
    return options.find(([name, { label }]) => name === cell || label.toLowerCase() === cell.toLowerCase())?.[0];
  }
  if (field.type === 'date') {
    const parts = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(cell);
    return parts ? [parts[1], parts[2]?.padStart(2, '0'), parts[3]?.padStart(2, '0')].join('-') : undefined;
  }
  return undefined;
}

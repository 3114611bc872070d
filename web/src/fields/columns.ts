import { useQueries } from '@tanstack/react-query';
import type { Json } from '../definition/json';
import { definitionQuery } from '../api/definitions';
import type { Row } from '../api/records';
import type { Shown } from '../api/views';
import type { Field, ObjectDefinition, View } from '../definition/types';
import { kindOf } from './registry';

/** A column of a list: a field, also one of a record that a reference leads to. */
export interface Column {
  path: string;
  label: string;
  field: Field;
  /** In pixels; `fixed` where somebody chose it. */
  width: number;
  fixed: boolean;
  pinned: boolean;
  end: boolean;
  sortable: boolean;
}

/** Where a view names no columns: what a reader would look for first. */
const FIRST = 8;

/** The columns that somebody wants, else those of the view, else the first fields of the object. */
export function useColumns(object: ObjectDefinition, view: View | undefined, wanted: Shown[] | undefined): Column[] {
  const paths = Object.keys(view?.columns ?? {});
  const named = wanted ?? (paths.length > 0 ? paths : usual(object)).map((path): Shown => ({ path }));
  const fields = useFields(
    object,
    named.map((one) => one.path),
  );
  return named.flatMap(({ path, width, pinned }, at) => {
    const field = fields[at];
    if (field === undefined) return [];
    const kind = kindOf(field);
    return {
      path,
      field,
      label: view?.columns[path]?.label ?? field.label,
      width: width ?? Math.max(kind.width, [...field.label].length * 14 + 44),
      fixed: width !== undefined,
      pinned: pinned === true,
      end: kind.align === 'end',
      sortable: !['children', 'references', 'json', 'file', 'files', 'image', 'signature', 'geo'].includes(field.type),
    };
  });
}

/** The fields at the ends of these paths; `undefined` for what is not there, or not known yet. */
export function useFields(object: ObjectDefinition | undefined, paths: string[]): (Field | undefined)[] {
  const through = [...new Set(paths.filter((path) => path.includes('.')).map((path) => path.split('.')[0] ?? ''))];
  const led = useQueries({
    queries: through.map((name) => definitionQuery('object', leadsTo(object?.fields[name]) ?? '')),
  });
  return paths.map((path) => {
    const [head = '', ...rest] = path.split('.');
    return rest.length === 0 ? object?.fields[head] : led[through.indexOf(head)]?.data?.fields[rest.join('.')];
  });
}

/** The object a reference leads to. */
export function leadsTo(field: Field | undefined): string | undefined {
  if (field?.type === 'user') return 'base.user';
  if (field?.type === 'department') return 'base.department';
  return field?.to;
}

function usual(object: ObjectDefinition): string[] {
  const own = Object.entries(object.fields).filter(
    ([, field]) =>
      !field.system && !field.hidden && !['children', 'long_text', 'rich_text', 'json'].includes(field.type),
  );
  return own.slice(0, FIRST).map(([name]) => name);
}

/** What a row holds of a column; paths stand in it as they were asked for. */
export function valueAt(row: Row, path: string): Json {
  return row[path] ?? null;
}

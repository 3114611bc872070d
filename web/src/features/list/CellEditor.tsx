import { useQueryClient } from '@tanstack/react-query';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { change, type Page, type Row } from '../../api/records';
import type { Json } from '../../definition/json';
import { Problem } from '../../definition/problem';
import type { ObjectDefinition } from '../../definition/types';
import { kindOf } from '../../fields/registry';
import { sent } from '../../forms/changed';
import type { Leave } from '../../ui/grid';
import { toast } from '../../ui/toast';
import type { Column } from '../../fields/columns';
import styles from './CellEditor.module.css';

interface Props {
  object: ObjectDefinition;
  column: Column;
  row: Row;
  leave: Leave;
}

/** Types that need more room than a cell has. */
const LARGE = ['children', 'long_text', 'rich_text', 'json', 'address', 'geo', 'file', 'files', 'image', 'signature'];

/** Whether a column can be changed in the list. */
export function changeable(object: ObjectDefinition, { path, field }: Column): boolean {
  return object.may.update && path in object.fields && field.writable && !LARGE.includes(field.type);
}

/** Changes one value where it stands. It is sent when one goes on; Escape leaves it as it was. */
export function CellEditor({ object, column, row, leave }: Props) {
  const queries = useQueryClient();
  const { Input } = kindOf(column.field);
  const before = row[column.path] ?? null;
  const [value, setValue] = useState<Json>(before);
  const [wrong, setWrong] = useState(false);
  const cell = useRef<HTMLDivElement>(null);
  // What is asked of a listener that was set up before the last key.
  const now = useRef(value);
  now.current = value;
  const sending = useRef(false);
  const send = async (to: Parameters<Leave>[0]) => {
    if (sending.current) return;
    if (same(now.current, before)) {
      leave(to);
      return;
    }
    sending.current = true;
    try {
      put(queries, object.name, await change(object.name, row, { [column.path]: sent(now.current) }));
      leave(to);
    } catch (error) {
      setWrong(true);
      toast({ text: toldOf(error), tone: 'wrong' });
    } finally {
      sending.current = false;
    }
  };
  useEffect(() => {
    const begin = () => {
      const input = cell.current?.querySelector<HTMLElement>('input, textarea, button, [tabindex]');
      input?.focus();
      if (input) coming.disconnect();
    };
    // Some inputs have to be fetched first.
    const coming = new MutationObserver(begin);
    if (cell.current) coming.observe(cell.current, { childList: true });
    begin();
    const outside = (event: PointerEvent) => {
      const at = event.target as HTMLElement;
      // A list of choices or a calendar lies elsewhere in the page, and is still part of the input.
      if (!cell.current?.contains(at) && !at.closest('[class*="-dropdown"], [class*="-popover"], dialog')) {
        void send('row');
      }
    };
    document.addEventListener('pointerdown', outside);
    return () => {
      coming.disconnect();
      document.removeEventListener('pointerdown', outside);
    };
    // Once, for as long as the cell is open.
  }, []);
  const press = (event: KeyboardEvent) => {
    event.stopPropagation();
    const open = cell.current?.querySelector('[aria-expanded="true"]') !== null;
    if (event.key === 'Escape' && !open) leave('row');
    else if (event.key === 'Tab') void send(event.shiftKey ? 'previous' : 'next');
    else if (event.key === 'Enter' && !open) void send('below');
    else return;
    event.preventDefault();
  };
  return (
    <div ref={cell} className={styles.editor} data-wrong={wrong || undefined} onKeyDownCapture={press}>
      <Input
        id={`cell ${row.id} ${column.path}`}
        label={column.label}
        field={column.field}
        value={value}
        row={row}
        invalid={wrong}
        at={{ object: object.name, id: row.id, field: column.path }}
        onChange={setValue}
      />
    </div>
  );
}

function same(a: Json, b: Json): boolean {
  return JSON.stringify(sent(a)) === JSON.stringify(sent(b));
}

function toldOf(error: unknown): string {
  if (error instanceof Problem) return error.body.errors?.[0]?.message ?? error.message;
  return error instanceof Error ? error.message : String(error);
}

/** The row as it is now, where it stood: one that no longer fits goes when the list is asked for again. */
function put(queries: ReturnType<typeof useQueryClient>, object: string, row: Row): void {
  queries.setQueriesData<Page>({ queryKey: ['records', object] }, (page) =>
    page && Array.isArray(page.records)
      ? { ...page, records: page.records.map((one) => (one.id === row.id ? { ...one, ...row } : one)) }
      : page,
  );
}

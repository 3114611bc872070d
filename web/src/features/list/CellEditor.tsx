import { useQueryClient } from '@tanstack/react-query';
import { type KeyboardEvent, type SyntheticEvent, useEffect, useRef, useState } from 'react';
import { change, type Page, type Row } from '../../api/records';
import type { Json } from '../../definition/json';
import { Problem } from '../../definition/problem';
import type { ObjectDefinition } from '../../definition/types';
import { kindOf } from '../../fields/registry';
import { sent } from '../../forms/changed';
import type { Leave } from '../../ui/grid';
import { failed, toast } from '../../ui/toast';
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
  const sending = useRef(false);
  const send = async (to: Parameters<Leave>[0]) => {
    if (sending.current) return;
    if (same(value, before)) {
      leave(to);
      return;
    }
    sending.current = true;
    try {
      put(queries, object.name, await change(object.name, row, { [column.path]: sent(value) }));
      leave(to);
    } catch (error) {
      setWrong(true);
      tell(error);
    } finally {
      sending.current = false;
    }
  };
  // What a listener calls that was set up before the last key.
  const now = useRef(send);
  now.current = send;
  const inside = useRef<Event>(undefined);
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
      if (event !== inside.current) void now.current('away');
    };
    document.addEventListener('pointerdown', outside);
    return () => {
      coming.disconnect();
      document.removeEventListener('pointerdown', outside);
    };
    // Once, for as long as the cell is open.
  }, []);
  const press = (event: KeyboardEvent) => {
    // Keys of what the input opened elsewhere in the page are its own.
    if (!event.currentTarget.contains(event.target as Node)) return;
    const open = cell.current?.querySelector('[aria-expanded="true"]') !== null;
    if (event.key === 'Escape' && !open) leave('row');
    else if (event.key === 'Tab') void send(event.shiftKey ? 'previous' : 'next');
    else if (event.key === 'Enter' && !open) void send('below');
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={cell}
      className={styles.editor}
      data-wrong={wrong || undefined}
      // Also of a list of choices or a calendar, which lie elsewhere in the page.
      onPointerDownCapture={(event) => {
        inside.current = event.nativeEvent;
      }}
      onKeyDownCapture={press}
      onKeyDown={keep}
      onClick={keep}
    >
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

/** What happens in the cell is no matter of its row. */
function keep(event: SyntheticEvent): void {
  event.stopPropagation();
}

function tell(error: unknown): void {
  const first = error instanceof Problem ? error.body.errors?.[0] : undefined;
  if (first) toast({ text: first.message, tone: 'wrong' });
  else failed(error);
}

/** The row as it is now, where it stood: one that no longer fits goes when the list is asked for again. */
function put(queries: ReturnType<typeof useQueryClient>, object: string, row: Row): void {
  queries.setQueriesData<Page>({ queryKey: ['records', object] }, (page) =>
    page && Array.isArray(page.records)
      ? { ...page, records: page.records.map((one) => (one.id === row.id ? { ...one, ...row } : one)) }
      : page,
  );
}

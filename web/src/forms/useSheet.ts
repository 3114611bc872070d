import { type ClipboardEvent, type KeyboardEvent, type RefObject, useCallback, useRef } from 'react';
import { useFormContext } from 'react-hook-form';
import type { Json } from '../definition/json';
import type { ObjectDefinition } from '../definition/types';
import { pasted, readBlock } from './cells';
import { fresh } from './fresh';

type Line = Record<string, Json>;

interface Sheet {
  object: ObjectDefinition;
  /** The field that holds the lines. */
  name: string;
  via: string | undefined;
  columns: readonly string[];
  box: RefObject<HTMLElement | null>;
  /** Makes a line be in the page. */
  show: (at: number) => void;
  append: (line: Line) => void;
  replace: (lines: Line[]) => void;
}

/** A place in the lines. */
interface Cell {
  at: number;
  column: string;
}

/** How often a cell is looked for that is on its way into the page. */
const LOOKS = 10;

/** Keys and pasting in lines, as in a sheet: Enter and the arrows walk, a block goes over the cells. */
export function useSheet({ object, name, via, columns, box, show, append, replace }: Sheet) {
  const { getValues } = useFormContext();
  // Where one is going while its line is on the way into the page: the last key counts.
  const heading = useRef<Cell | null>(null);
  const focus = useCallback(
    (cell: Cell, looks = LOOKS) => {
      const { at, column } = cell;
      const input = box.current?.querySelector<HTMLInputElement>(`[data-field="${name}.${at}.${column}"] input`);
      heading.current = input || looks === 0 ? null : cell;
      if (input) {
        input.focus();
        input.select();
      } else if (looks > 0) {
        show(at);
        requestAnimationFrame(() => heading.current === cell && focus(cell, looks - 1));
      }
    },
    [box, name, show],
  );
  /** The cell that an event comes from. */
  const cellOf = (target: EventTarget): Cell | null => {
    const place = target instanceof Element ? target.closest<HTMLElement>('[data-field]')?.dataset.field : undefined;
    const [list, at, column] = place?.split('.') ?? [];
    return list === name && column !== undefined ? { at: Number(at), column } : null;
  };
  const onKeyDownCapture = (event: KeyboardEvent) => {
    const cell = cellOf(event.target);
    const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    const plain =
      !event.nativeEvent.isComposing && !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey;
    // Lists and calendars have these keys for themselves.
    const own = event.target instanceof Element && event.target.closest('.ant-select, .ant-picker, textarea');
    if (cell === null || step === undefined || !plain || own || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
    event.stopPropagation();
    const count = (getValues(name) as Line[]).length;
    const { at, column } = heading.current ?? cell;
    const next = at + step;
    if (next < 0 || (next >= count && event.key !== 'Enter')) return;
    if (next >= count) append(fresh(object, via));
    focus({ at: next, column });
  };
  const onPaste = (event: ClipboardEvent) => {
    const cell = cellOf(event.target);
    const block = readBlock(event.clipboardData.getData('text/plain'));
    if (cell === null || (block.length < 2 && (block[0]?.length ?? 0) < 2)) return;
    event.preventDefault();
    const from = { row: cell.at, column: columns.indexOf(cell.column) };
    replace(pasted(getValues(name) as Line[], block, from, columns, object, () => fresh(object, via)));
    // Lines that were replaced are new in the page.
    requestAnimationFrame(() => focus(cell));
  };
  return { onKeyDownCapture, onPaste };
}

import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './DataGrid.module.css';
import { Bar } from './Skeleton';

/** A column: its head, its width, and what stands in it. */
export interface GridColumn<R> {
  key: string;
  label: string;
  width: number;
  /** Figures stand at the end. */
  end?: boolean;
  sortable?: boolean;
  cell: (row: R) => ReactNode;
}

/** An order: fields, the most important first. */
export type Order = { key: string; down: boolean }[];

interface Props<R> {
  label: string;
  columns: GridColumn<R>[];
  count: number;
  /** The row at a place; `undefined` while it is on its way. */
  row: (index: number) => R | undefined;
  id: (row: R) => string;
  /** What a screen reader calls a row. */
  name: (row: R) => string;
  /** Says which rows are looked at. */
  onShow: (first: number, last: number) => void;
  onOpen: (row: R) => void;
  order: Order;
  onOrder: (order: Order) => void;
  /** The marked rows; without it none can be marked. */
  selected?: ReadonlySet<string>;
  onSelect?: (selected: ReadonlySet<string>) => void;
  rowHeight: number;
}

/** Rows kept beyond the edges, so that a quick hand sees no gaps. */
const OVERSCAN = 8;

/** A table of any length: only the rows in sight are in the page. */
export function DataGrid<R>(props: Props<R>) {
  const { columns, count, row, rowHeight, onShow } = props;
  const scroll = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState(0);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
  });
  useEffect(() => virtual.measure(), [rowHeight, virtual]);
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => onShow(first, last), [first, last, onShow]);
  const go = (to: number) => {
    const next = Math.max(0, Math.min(count - 1, to));
    setCurrent(next);
    virtual.scrollToIndex(next);
    requestAnimationFrame(() =>
      scroll.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus({ preventScroll: true }),
    );
  };
  const press = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget && (event.target as HTMLElement).closest('input, button, a')) return;
    const page = Math.floor((scroll.current?.clientHeight ?? 400) / rowHeight) - 1;
    const steps: Record<string, number> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: page, PageUp: -page };
    const step = steps[event.key];
    const now = row(current);
    if (step !== undefined) go(current + step);
    else if (event.key === 'Home') go(0);
    else if (event.key === 'End') go(count - 1);
    else if (event.key === 'Enter' && now !== undefined) props.onOpen(now);
    else if ((event.key === ' ' || event.key === 'x') && now !== undefined) toggle(props, now);
    else return;
    event.preventDefault();
  };
  const width = columns.reduce((sum, column) => sum + column.width, props.selected ? CHECK : 0);
  return (
    <div
      ref={scroll}
      className={styles.grid}
      role="grid"
      aria-label={props.label}
      aria-rowcount={count + 1}
      aria-colcount={columns.length + (props.selected ? 1 : 0)}
      aria-multiselectable={props.selected !== undefined}
      onKeyDown={press}
    >
      <Head {...props} width={width} />
      <div role="rowgroup" className={styles.body} style={{ height: virtual.getTotalSize(), minWidth: width }}>
        {items.map((item) => (
          <Line
            key={item.key}
            {...props}
            value={row(item.index)}
            index={item.index}
            top={item.start}
            current={item.index === current}
            onCurrent={() => setCurrent(item.index)}
          />
        ))}
      </div>
    </div>
  );
}

/** Width of the boxes that select rows. */
const CHECK = 44;

function toggle<R>({ id, selected, onSelect }: Props<R>, row: R): void {
  if (selected === undefined || onSelect === undefined) return;
  const next = new Set(selected);
  if (!next.delete(id(row))) next.add(id(row));
  onSelect(next);
}

function Head<R>({ columns, order, onOrder, count, row, id, selected, onSelect, width }: Props<R> & { width: number }) {
  const { t } = useTranslation();
  const box = useRef<HTMLInputElement>(null);
  const some = (selected?.size ?? 0) > 0;
  useEffect(() => {
    if (box.current) box.current.indeterminate = some;
  }, [some]);
  // What is loaded is what somebody has seen: all of it, never rows that nobody looked at.
  const loaded = () => Array.from({ length: count }, (_, index) => row(index)).filter((one) => one !== undefined);
  const sort = (key: string, further: boolean) => {
    const before = order.find((one) => one.key === key);
    const rest = further ? order.filter((one) => one.key !== key) : [];
    const next = before === undefined ? [{ key, down: false }] : before.down ? [] : [{ key, down: true }];
    onOrder([...rest, ...next]);
  };
  return (
    <div role="row" aria-rowindex={1} className={styles.head} style={{ minWidth: width }}>
      {selected && (
        <div role="columnheader" className={styles.check}>
          <input
            ref={box}
            type="checkbox"
            aria-label={t('grid.selectAll')}
            checked={false}
            onChange={() => onSelect?.(some ? new Set() : new Set(loaded().map(id)))}
          />
        </div>
      )}
      {columns.map((column) => {
        const at = order.findIndex((one) => one.key === column.key);
        const sorted = order[at];
        const Arrow = sorted?.down ? ArrowDown : ArrowUp;
        return (
          <div
            key={column.key}
            role="columnheader"
            aria-sort={sorted === undefined ? 'none' : sorted.down ? 'descending' : 'ascending'}
            className={styles.heading}
            data-end={column.end || undefined}
            style={{ width: column.width, flexGrow: column.width }}
          >
            {column.sortable ? (
              <button onClick={(event) => sort(column.key, event.shiftKey)} title={t('grid.sort')}>
                {column.label}
                {sorted && <Arrow size={13} aria-hidden />}
                {sorted && order.length > 1 && <sup>{at + 1}</sup>}
              </button>
            ) : (
              <span>{column.label}</span>
            )}
          </div>
        );
      })}
    </div>
  );
}

interface LineProps<R> extends Props<R> {
  value: R | undefined;
  index: number;
  top: number;
  current: boolean;
  onCurrent: () => void;
}

function Line<R>(props: LineProps<R>) {
  const { t } = useTranslation();
  const { value, columns, index, top, current, id, name, selected, onOpen, onCurrent, rowHeight } = props;
  const chosen = value !== undefined && selected?.has(id(value)) === true;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected ? chosen : undefined}
      aria-busy={value === undefined || undefined}
      data-index={index}
      tabIndex={current ? 0 : -1}
      className={styles.row}
      style={{ transform: `translateY(${top}px)`, height: rowHeight }}
      onFocus={onCurrent}
      onClick={() => value !== undefined && onOpen(value)}
    >
      {selected && (
        <div role="gridcell" className={styles.check} onClick={(event) => event.stopPropagation()}>
          {value !== undefined && (
            <input
              type="checkbox"
              tabIndex={-1}
              aria-label={t('grid.select', { name: name(value) })}
              checked={chosen}
              onChange={() => toggle(props, value)}
            />
          )}
        </div>
      )}
      {columns.map((column) => (
        <div
          key={column.key}
          role="gridcell"
          className={styles.cell}
          data-end={column.end || undefined}
          style={{ width: column.width, flexGrow: column.width }}
        >
          <div>{value === undefined ? <Bar width="60%" height={12} /> : column.cell(value)}</div>
        </div>
      ))}
    </div>
  );
}

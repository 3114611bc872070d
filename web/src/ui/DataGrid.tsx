import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './DataGrid.module.css';
import { CHECK, type GridProps, type Leave, placed } from './grid';
import { GridHead } from './GridHead';
import { GridLine } from './GridLine';
import { toggled } from './toggled';
import { useSlots } from './useSlots';

/** Rows kept beyond the edges, so that a quick hand sees no gaps. */
const OVERSCAN = 8;

/** A table of any length: only the rows in sight are in the page. */
export function DataGrid<R>(props: GridProps<R>) {
  const { count, row, rowHeight, onShow, selected } = props;
  const { t } = useTranslation();
  const scroll = useRef<HTMLDivElement>(null);
  const [chosen, setCurrent] = useState(0);
  // Rows may have gone since.
  const current = Math.max(0, Math.min(count - 1, chosen));
  const [cell, setCell] = useState<{ index: number; key: string } | null>(null);
  const open = useRef(cell);
  open.current = cell;
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
  // So many rows are in the page at most.
  const most = Math.ceil((virtual.scrollRect?.height ?? 0) / rowHeight) + 1 + 2 * OVERSCAN;
  const slot = useSlots(first, last, Math.max(most, items.length));
  useEffect(() => onShow(first, last), [first, last, onShow]);
  const columns = placed(props.columns, selected !== undefined);
  const changeable = columns.filter((column) => column.edit).map((column) => column.key);
  const go = (to: number) => {
    const next = Math.max(0, Math.min(count - 1, to));
    setCurrent(next);
    virtual.scrollToIndex(next);
    requestAnimationFrame(() =>
      scroll.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus({ preventScroll: true }),
    );
  };
  const press = (event: KeyboardEvent) => {
    // Those with further keys are of the application or the browser.
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target !== event.currentTarget && (event.target as HTMLElement).closest('input, button, a, textarea'))
      return;
    const page = Math.floor((scroll.current?.clientHeight ?? 400) / rowHeight) - 1;
    const steps: Record<string, number> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: page, PageUp: -page };
    const step = steps[event.key];
    const now = row(current);
    if (step !== undefined) go(current + step);
    else if (event.key === 'Home') go(0);
    else if (event.key === 'End') go(count - 1);
    else if (event.key === 'F2' && now !== undefined && changeable[0] !== undefined) {
      setCell({ index: current, key: changeable[0] });
    } else if (event.key === 'Enter' && now !== undefined) props.onOpen(now);
    else if ((event.key === ' ' || event.key === 'x') && now !== undefined && selected) {
      props.onSelect?.(toggled(selected, props.id(now)));
    } else return;
    event.preventDefault();
  };
  const leave: Leave = (to) => {
    // What was sent may be answered when somebody is at another cell.
    if (cell === null || open.current !== cell) return;
    const at = changeable.indexOf(cell.key) + (to === 'next' ? 1 : to === 'previous' ? -1 : 0);
    const key = changeable[at];
    if (to === 'below' && cell.index + 1 < count) {
      virtual.scrollToIndex(cell.index + 1);
      setCell({ index: cell.index + 1, key: cell.key });
    } else if ((to === 'next' || to === 'previous') && key !== undefined) setCell({ ...cell, key });
    else {
      setCell(null);
      if (to !== 'away') go(cell.index);
    }
  };
  const width = columns.reduce((sum, column) => sum + column.width, selected ? CHECK : 0);
  return (
    <div
      ref={scroll}
      className={styles.grid}
      role="grid"
      aria-label={props.label}
      aria-rowcount={count + 1}
      aria-colcount={columns.length + (selected ? 1 : 0)}
      aria-multiselectable={selected !== undefined}
      onKeyDown={press}
    >
      <GridHead {...props} columns={columns} width={width} />
      <div role="rowgroup" className={styles.body} style={{ height: virtual.getTotalSize(), minWidth: width }}>
        {items.map((item) => (
          <GridLine
            key={slot(item.index)}
            {...props}
            t={t}
            columns={columns}
            value={row(item.index)}
            index={item.index}
            top={item.start}
            current={item.index === current}
            cell={cell?.index === item.index ? cell.key : undefined}
            onCell={(key) => setCell({ index: item.index, key })}
            onLeave={leave}
            onCurrent={() => setCurrent(item.index)}
          />
        ))}
      </div>
    </div>
  );
}

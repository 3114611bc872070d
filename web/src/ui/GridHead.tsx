import { ArrowDown, ArrowUp } from 'lucide-react';
import { type KeyboardEvent, type PointerEvent, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './DataGrid.module.css';
import { type GridColumn, type GridProps, layout, NARROWEST } from './grid';

type Props<R> = GridProps<R> & { columns: (GridColumn<R> & { left?: number })[]; width: number };

/** The heads of the columns: what orders the rows, and how wide each column is. */
export function GridHead<R>({ columns, order, onOrder, onWidth, count, row, id, selected, onSelect, width }: Props<R>) {
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
            {...layout(column)}
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
            {onWidth && <Edge column={column} onWidth={(to) => onWidth(column.key, to)} />}
          </div>
        );
      })}
    </div>
  );
}

/** How much a key changes a width, in pixels. */
const STEP = 16;

/** The edge of a column, which makes it wider or narrower. */
function Edge<R>({ column, onWidth }: { column: GridColumn<R>; onWidth: (width: number) => void }) {
  const { t } = useTranslation();
  const drag = (event: PointerEvent<HTMLElement>) => {
    event.preventDefault();
    event.stopPropagation();
    const edge = event.currentTarget;
    const begin = event.clientX;
    // As wide as it is drawn, which may be more than it asked for.
    const width = edge.parentElement?.offsetWidth ?? column.width;
    edge.setPointerCapture(event.pointerId);
    const turn = (moved: globalThis.PointerEvent) => onWidth(Math.max(NARROWEST, width + moved.clientX - begin));
    edge.addEventListener('pointermove', turn);
    edge.addEventListener('lostpointercapture', () => edge.removeEventListener('pointermove', turn), { once: true });
  };
  const press = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onWidth(Math.max(NARROWEST, column.width + step));
  };
  return (
    <span
      role="separator"
      aria-orientation="vertical"
      aria-label={t('grid.width', { column: column.label })}
      aria-valuenow={Math.round(column.width)}
      aria-valuemin={NARROWEST}
      tabIndex={0}
      className={styles.edge}
      onPointerDown={drag}
      onKeyDown={press}
    />
  );
}

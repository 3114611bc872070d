import type { TFunction } from 'i18next';
import styles from './DataGrid.module.css';
import { type GridColumn, type GridProps, type Leave, layout } from './grid';
import { toggled } from './toggled';

interface Props<R> extends GridProps<R> {
  /** Asked for once for all rows: a hook in every cell takes longer than the cell. */
  t: TFunction;
  columns: (GridColumn<R> & { left?: number })[];
  value: R | undefined;
  index: number;
  top: number;
  current: boolean;
  /** The column whose cell is being changed. */
  cell: string | undefined;
  onCell: (key: string) => void;
  onLeave: Leave;
  onCurrent: () => void;
}

/** One row. */
export function GridLine<R>(props: Props<R>) {
  const { t, value, columns, index, top, current, id, name, selected, onSelect, rowHeight } = props;
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
      onFocus={props.onCurrent}
      onClick={() => value !== undefined && !props.editing && props.onOpen(value)}
    >
      {selected && (
        <div role="gridcell" className={styles.check} onClick={(event) => event.stopPropagation()}>
          {value !== undefined && (
            <input
              type="checkbox"
              tabIndex={-1}
              aria-label={t('grid.select', { name: name(value) })}
              checked={chosen}
              onChange={() => onSelect?.(toggled(selected, id(value)))}
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
          data-changing={props.cell === column.key || undefined}
          {...layout(column)}
        >
          <Content {...props} column={column} />
        </div>
      ))}
    </div>
  );
}

function Content<R>({ t, column, value, cell, onCell, onLeave, editing }: Props<R> & { column: GridColumn<R> }) {
  // What is on its way is drawn by the style sheet: a quick hand passes hundreds of such cells a second.
  if (value === undefined) return <div />;
  if (cell === column.key && column.edit) return column.edit(value, onLeave);
  if (editing && column.edit) {
    return (
      <button className={styles.change} onClick={() => onCell(column.key)}>
        {column.cell(value)}
        <span className="visually-hidden">{t('grid.change', { column: column.label })}</span>
      </button>
    );
  }
  return <div>{column.cell(value)}</div>;
}

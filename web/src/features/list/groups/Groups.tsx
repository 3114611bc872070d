import { useTranslation } from 'react-i18next';
import type { Row, Selection } from '../../../api/records';
import { titleOf } from '../../../definition/title';
import type { ObjectDefinition } from '../../../definition/types';
import type { Column } from '../../../fields/columns';
import { kindOf } from '../../../fields/registry';
import { DataGrid } from '../../../ui/DataGrid';
import { Disclosure } from '../../../ui/Disclosure';
import type { GridColumn, Order, ReadColumn } from '../../../ui/grid';
import { ErrorState } from '../../../ui/ErrorState';
import { Waiting } from '../../../ui/Skeleton';
import styles from './Groups.module.css';
import { summed } from './groups';
import { type Line, useGroups } from './useGroups';

interface Props {
  object: ObjectDefinition;
  selection: Selection;
  /** The field whose values make the groups. */
  by: string;
  columns: Column[];
  /** The same columns as the grid shows them. */
  cells: ReadColumn<Row>[];
  phone: boolean;
  rowHeight: number;
  order: Order;
  onOrder: (order: Order) => void;
  onOpen: (row: Row) => void;
}

/** A list in groups: a head with count and sums for each, its records where somebody opens it. */
export function Groups({ object, selection, by, columns, cells, phone, rowHeight, order, onOrder, onOpen }: Props) {
  const { t, i18n } = useTranslation();
  const sums = summed(columns);
  const groups = useGroups(object, selection, by, sums);
  const field = object.fields[by];
  if (groups.error) return <ErrorState error={groups.error} reset={groups.retry} />;
  if (groups.pending || field === undefined) return <Waiting />;
  const { Display } = kindOf(field);
  const title = (line: Line) => {
    const value = line.group[by] ?? null;
    return (
      <span className={styles.head}>
        <Disclosure open={line.open} label={t('group.open')} tabIndex={-1} onToggle={() => groups.toggle(line.key)} />
        {value === null ? (
          t('group.none', { field: field.label })
        ) : (
          <>
            {field.type === 'boolean' && `${field.label}: `}
            <Display field={field} value={value} />
          </>
        )}
        <span className={styles.count}>{Number(line.group.count).toLocaleString(i18n.language)}</span>
      </span>
    );
  };
  const sumOf = (line: Line, path: string) => {
    const value = line.group[`sum_${path}`] ?? null;
    const of = object.fields[path];
    if (value === null || of === undefined) return null;
    const { Display: Sum } = kindOf(of);
    return (
      <strong className={styles.sum} title={t('group.sum', { field: of.label })}>
        <Sum field={of} value={value} />
      </strong>
    );
  };
  const [first, ...rest] = cells;
  if (first === undefined) return null;
  const trunk: GridColumn<Line> = {
    ...first,
    width: Math.max(first.width, 240),
    cell: (line) => (line.row === null ? title(line) : <span className={styles.row}>{first.cell(line.row)}</span>),
  };
  const others = rest.map((one): GridColumn<Line> => ({
    ...one,
    cell: (line) => (line.row === null ? (sums.includes(one.key) ? sumOf(line, one.key) : null) : one.cell(line.row)),
  }));
  // On a phone a group shows its first sum beside its name, a record what it is called.
  const only: GridColumn<Line> = {
    ...first,
    width: 280,
    cell: (line) =>
      line.row === null ? (
        <span className={styles.narrow}>
          {title(line)}
          {sums[0] !== undefined && sumOf(line, sums[0])}
        </span>
      ) : (
        <span className={styles.row}>{titleOf(object, line.row)}</span>
      ),
  };
  return (
    <DataGrid<Line>
      label={t('group.list', { field: field.label })}
      columns={phone ? [only] : [trunk, ...others]}
      count={groups.count}
      row={groups.at}
      id={(line) => line.row?.id ?? line.key}
      name={(line) => (line.row === null ? line.key : titleOf(object, line.row))}
      onShow={groups.show}
      onOpen={(line) => (line.row === null ? groups.toggle(line.key) : onOpen(line.row))}
      order={order}
      onOrder={onOrder}
      rowHeight={rowHeight}
    />
  );
}

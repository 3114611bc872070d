import { useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../definition/problem';
import { list, type Row } from '../../api/records';
import { titleOf } from '../../definition/title';
import type { ObjectDefinition, View } from '../../definition/types';
import { DataGrid } from '../../ui/DataGrid';
import { Disclosure } from '../../ui/Disclosure';
import type { GridColumn, Order, ReadColumn } from '../../ui/grid';
import { ErrorState } from '../../ui/ErrorState';
import { Waiting } from '../../ui/Skeleton';
import { toggled } from '../../ui/toggled';
import styles from './list.module.css';
import { Most } from './Most';
import type { ListSearch } from './search';

interface Props {
  object: ObjectDefinition;
  view: View;
  search: ListSearch;
  fields: string[];
  cells: ReadColumn<Row>[];
  rowHeight: number;
  onOpen: (row: Row) => void;
}

/** Children of a branch fetched at once. A branch with more is better looked at as a list. */
const MOST = 500;
/** Which is above all: the rows that have no parent. */
const TOP = '';

interface Branch {
  row: Row;
  depth: number;
}

/** A table whose rows have branches; a branch is fetched when it is opened. */
export default function Tree({ object, view, search, fields, cells, rowHeight, onOpen }: Props) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const by = view.parent ?? '';
  const parents = [TOP, ...open];
  const found = useQueries({
    queries: parents.map((parent) => {
      const own = parent === TOP ? `is_empty(${by})` : `${by} == ${JSON.stringify(parent)}`;
      const selection = {
        view: view.name,
        fields: fields.join(','),
        filter: search.filter ? `(${search.filter}) && ${own}` : own,
        limit: MOST,
        ...(search.sort ? { sort: search.sort } : {}),
      };
      return {
        queryKey: ['records', object.name, 'branch', selection],
        queryFn: async ({ signal }: { signal: AbortSignal }) => (await list(object.name, selection, signal)).records,
      };
    }),
  });
  const children = new Map(parents.map((parent, at) => [parent, found[at]?.data]));
  const error = found.map(failureOf).find((one) => one !== null);
  if (error) return <ErrorState error={error} reset={() => found.forEach((one) => void one.refetch())} />;
  if (children.get(TOP) === undefined) return <Waiting />;
  const branches: Branch[] = [];
  const walk = (parent: string, depth: number) => {
    for (const row of children.get(parent) ?? []) {
      branches.push({ row, depth });
      if (open.has(row.id)) walk(row.id, depth + 1);
    }
  };
  walk(TOP, 0);
  const [first, ...rest] = cells;
  if (first === undefined) return null;
  const trunk: GridColumn<Branch> = {
    ...first,
    width: Math.max(first.width, 320),
    sortable: false,
    cell: ({ row, depth }) => {
      const opened = open.has(row.id);
      return (
        <span className={styles.branch} style={{ paddingLeft: depth * 20 }}>
          <Disclosure
            open={opened}
            label={t('list.branch', { name: titleOf(object, row) })}
            // A leaf is known by having been opened.
            empty={opened && children.get(row.id)?.length === 0}
            onToggle={() => setOpen(toggled(open, row.id))}
          />
          {first.cell(row)}
        </span>
      );
    },
  };
  const cut = [...children.values()].some((rows) => rows?.length === MOST);
  return (
    <>
      <DataGrid<Branch>
        label={view.label}
        columns={[
          trunk,
          ...rest.map((one) => ({
            ...one,
            sortable: false,
            cell: ({ row }: Branch) => one.cell(row),
          })),
        ]}
        count={branches.length}
        row={(index) => branches[index]}
        id={({ row }) => row.id}
        name={({ row }) => titleOf(object, row)}
        onShow={nothing}
        onOpen={({ row }) => onOpen(row)}
        order={NONE}
        onOrder={nothing}
        rowHeight={rowHeight}
      />
      {cut && <Most count={MOST} />}
    </>
  );
}

const NONE: Order = [];
function nothing(): void {
  // A tree has its rows at hand, and its order by the view.
}

import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import Button from 'antd/es/button';
import { Plus } from 'lucide-react';
import { lazy, Suspense, useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { definitionQuery, useDefinition, useDefinitions } from '../../api/definitions';
import type { Row } from '../../api/records';
import type { ListSearch } from './search';
import type { ObjectDefinition, View } from '../../definition/types';
import { titleFields, titleOf } from '../../definition/title';
import { kindOf } from '../../fields/registry';
import { density, usePhone } from '../../ui/appearance';
import { DataGrid, type GridColumn, type Order } from '../../ui/DataGrid';
import { Empty } from '../../ui/Empty';
import { ErrorState } from '../../ui/ErrorState';
import { Page } from '../../ui/Page';
import { Waiting } from '../../ui/Skeleton';
import { Board } from './Board';
import { BulkBar } from './BulkBar';
import { Cards } from './Cards';
import { type Column, useColumns, valueAt } from './columns';
import { readOrder, writeOrder } from './order';
import { Tools } from './Tools';
import { Tree } from './Tree';
import { usePages } from './usePages';

// It is large, and only some views are calendars.
const Calendar = lazy(() => import('./Calendar'));

const route = getRouteApi('/inside/records/$object');
const HEIGHTS = { compact: 32, normal: 40, relaxed: 48 } as const;

/** The records of an object, as a view shows them. */
export function ListPage() {
  const { object: name } = route.useParams();
  const search = route.useSearch();
  const object = useDefinition('object', name);
  const views = useDefinitions()
    .filter((entry) => entry.kind === 'view' && entry.object === name)
    .sort((a, b) => Number(b.default ?? false) - Number(a.default ?? false));
  const wanted = search.view ?? views[0]?.name;
  const found = useQuery({ ...definitionQuery('view', wanted ?? ''), enabled: wanted !== undefined });
  if (found.error) return <ErrorState error={found.error} reset={() => void found.refetch()} />;
  if (wanted !== undefined && found.data === undefined) return <Waiting />;
  // Another object or view begins anew: what was marked and typed belongs to the one before.
  return <Records key={`${name} ${wanted}`} object={object} view={found.data} views={views} search={search} />;
}

interface Props {
  object: ObjectDefinition;
  view: View | undefined;
  views: { name: string; label: string }[];
  search: ListSearch;
}

function Records({ object, view, views, search }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const phone = usePhone();
  const rowHeight = HEIGHTS[density.use()];
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const columns = useColumns(object, view);
  const fields = useMemo(() => fieldsOf(object, view, columns), [object, view, columns]);
  const selection = useMemo(() => {
    const { filter, search: words, sort } = search;
    return {
      fields: fields.join(','),
      ...(view ? { view: view.name } : {}),
      ...(filter ? { filter } : {}),
      ...(words ? { search: words } : {}),
      ...(sort ? { sort } : {}),
    };
  }, [fields, view, search]);
  const rows = usePages(object.name, selection);
  const show = useCallback(rows.show, [rows]);
  const open = (row: Row) => void navigate({ to: '/records/$object/$id', params: { object: object.name, id: row.id } });
  const turn = (next: Partial<ListSearch>) =>
    void navigate({ to: '/records/$object', params: { object: object.name }, search: { ...search, ...next } });
  const filtered = Boolean(search.filter ?? search.search);
  return (
    <Page
      title={object.plural}
      {...(rows.total === undefined ? {} : { count: rows.total })}
      tabs={views.map((one) => ({
        key: one.name,
        label: one.label,
        active: one.name === view?.name,
        link: { to: '/records/$object', params: { object: object.name }, search: { view: one.name } },
      }))}
      actions={
        object.may.create && (
          <Link to="/records/$object/new" params={{ object: object.name }}>
            <Button type="primary" icon={<Plus size={15} />}>
              {t('list.create', { object: object.label })}
            </Button>
          </Link>
        )
      }
    >
      <Tools object={object} view={view?.name} search={search} onTurn={turn} />
      {rows.error ? (
        <ErrorState error={rows.error} reset={rows.retry} />
      ) : rows.total === undefined ? (
        <Waiting />
      ) : rows.total === 0 ? (
        <Nothing object={object} filtered={filtered} onClear={() => turn({ filter: '', search: '' })} />
      ) : view?.type === 'kanban' ? (
        <Board object={object} view={view} search={search} fields={fields} onOpen={open} />
      ) : view?.type === 'calendar' ? (
        <Suspense fallback={<Waiting />}>
          <Calendar object={object} view={view} search={search} fields={fields} phone={phone} onOpen={open} />
        </Suspense>
      ) : view?.type === 'tree' && !search.search ? (
        <Tree
          object={object}
          view={view}
          search={search}
          fields={fields}
          columns={columns.map((column) => gridColumn(object.name, column))}
          rowHeight={phone ? 48 : rowHeight}
          onOpen={open}
        />
      ) : phone ? (
        <Cards object={object} columns={columns} rows={rows} onShow={show} onOpen={open} />
      ) : (
        <DataGrid
          label={object.plural}
          columns={columns.map((column) => gridColumn(object.name, column))}
          count={rows.total}
          row={rows.at}
          id={(row) => row.id}
          name={(row) => titleOf(object, row)}
          onShow={show}
          onOpen={open}
          order={readOrder(search.sort ?? view?.sort.join(','))}
          onOrder={(order: Order) => turn({ sort: writeOrder(order) })}
          selected={selected}
          onSelect={setSelected}
          rowHeight={rowHeight}
        />
      )}
      {selected.size > 0 && (
        <BulkBar object={object} selected={selected} rows={rows} onDone={() => setSelected(new Set())} />
      )}
    </Page>
  );
}

/** What is asked for of each record: what names it, and what the view shows. */
function fieldsOf(object: ObjectDefinition, view: View | undefined, columns: Column[]): string[] {
  const { title, lines = {}, sum } = view?.card ?? {};
  const card = [title, ...Object.keys(lines), sum, view?.group_by];
  const entry = [view?.title, view?.start, view?.end];
  const kinds: Partial<Record<string, (string | undefined)[]>> = { kanban: card, calendar: entry };
  const shown = kinds[view?.type ?? 'list'] ?? columns.map((one) => one.path);
  const named = shown.filter((path) => path !== undefined);
  return [...new Set(['id', 'version', ...titleFields(object), ...named])];
}

function gridColumn(object: string, column: Column): GridColumn<Row> {
  const { Display } = kindOf(column.field);
  return {
    key: column.path,
    label: column.label,
    width: column.width,
    end: column.end,
    sortable: column.sortable,
    cell: (row) => (
      <Display
        field={column.field}
        value={valueAt(row, column.path)}
        row={row}
        at={{ object, id: row.id, field: column.path }}
      />
    ),
  };
}

function Nothing({ object, filtered, onClear }: { object: ObjectDefinition; filtered: boolean; onClear: () => void }) {
  const { t } = useTranslation();
  if (filtered) {
    return (
      <Empty
        title={t('list.nothingFound', { object: object.plural })}
        action={<Button onClick={onClear}>{t('list.clear')}</Button>}
      >
        {t('list.nothingFoundCure')}
      </Empty>
    );
  }
  return (
    <Empty
      title={t('list.nothing', { object: object.plural })}
      action={
        object.may.create && (
          <Link to="/records/$object/new" params={{ object: object.name }}>
            <Button type="primary">{t('list.create', { object: object.label })}</Button>
          </Link>
        )
      }
    >
      {object.description}
    </Empty>
  );
}

import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import Button from 'antd/es/button';
import { Plus } from 'lucide-react';
import { Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../definition/problem';
import { definitionQuery, useDefinition, useDefinitions } from '../../api/definitions';
import type { Row } from '../../api/records';
import type { ListSearch } from './search';
import type { ObjectDefinition, View } from '../../definition/types';
import { titleFields } from '../../definition/title';
import { kindOf } from '../../fields/registry';
import { density, usePhone } from '../../ui/appearance';
import type { ReadColumn } from '../../ui/grid';
import { Empty } from '../../ui/Empty';
import { ErrorState } from '../../ui/ErrorState';
import { LinkButton } from '../../ui/LinkButton';
import { Page } from '../../ui/Page';
import { Waiting } from '../../ui/Skeleton';
import { BulkBar } from './BulkBar';
import { changeable } from './CellEditor';
import { type Column, useColumns, valueAt } from '../../fields/columns';
import { GroupBy } from './groups/GroupBy';
import { groupable } from './groups/groups';
import { layoutOf } from './layouts';
import { Listing } from './Listing';
import { Most } from './Most';
import { readOrder, writeOrder } from './order';
import { Tools } from './Tools';
import { searchOf, useSettings } from './useSettings';
import { usePages } from './usePages';

const route = getRouteApi('/inside/records/$object');
const HEIGHTS = { compact: 32, normal: 40, relaxed: 48 } as const;
const NONE: ReadonlySet<string> = new Set();
/** Of a row that a finger meets. */
const TOUCH = 48;

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
  if (failureOf(found)) return <ErrorState error={found.error} reset={() => void found.refetch()} />;
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
  const height = HEIGHTS[density.use()];
  const rowHeight = phone ? TOUCH : height;
  const [selected, setSelected] = useState<ReadonlySet<string>>(NONE);
  // What is marked is among what is shown: other records, no marks.
  const shows = [search.filter, search.search].join('\n');
  const [marked, setMarked] = useState(shows);
  if (marked !== shows) {
    setMarked(shows);
    setSelected(NONE);
  }
  const settings = useSettings(object, view, search);
  const [editing, setEditing] = useState(false);
  const columns = useColumns(object, view, settings.columns);
  const layout = layoutOf(view, search);
  const grouping = view === undefined || view.type === 'list';
  const by = grouping && groupable(object).some(([name]) => name === search.group) ? search.group : undefined;
  // Groups and most kinds of views fetch their records themselves, so that here only their number is asked for.
  const own = layout?.own === true || by !== undefined;
  // What is asked for of each record: what names it, and what the view shows.
  const named = (view && layout?.fields?.(view)) ?? columns.map((one) => one.path);
  const asked = [...new Set(['id', 'version', ...titleFields(object), ...named])].filter(Boolean).join(',');
  const fields = useMemo(() => asked.split(','), [asked]);
  const selection = useMemo(() => {
    const { filter, search: words, sort } = search;
    return {
      fields: asked,
      ...(view ? { view: view.name } : {}),
      ...(filter ? { filter } : {}),
      ...(words ? { search: words } : {}),
      ...(sort ? { sort } : {}),
    };
  }, [asked, view, search]);
  const rows = usePages(object.name, selection, own ? 1 : undefined);
  const open = (row: Row) => void navigate({ to: '/records/$object/$id', params: { object: object.name, id: row.id } });
  const turn = (next: Partial<ListSearch>) =>
    void navigate({ to: '/records/$object', params: { object: object.name }, search: { ...search, ...next } });
  const shown = {
    object,
    search,
    fields,
    selection,
    columns,
    cells: columns.map((column) => gridColumn(object.name, column)),
    rows,
    rowHeight,
    phone,
    selected,
    onSelect: setSelected,
    onOpen: open,
  };
  // Cells are changed in a plain list only.
  const editable = layout === undefined && by === undefined && columns.some((column) => changeable(object, column));
  const filtered = Boolean(search.filter ?? search.search);
  return (
    <Page
      title={object.plural}
      {...(rows.total === undefined ? {} : { count: rows.total })}
      tabs={[
        ...views.map((one) => ({
          key: one.name,
          label: one.label,
          active: one.name === view?.name && settings.saved === undefined,
          link: { to: '/records/$object', params: { object: object.name }, search: { view: one.name } } as const,
        })),
        ...settings.views.map((one) => ({
          key: one.id,
          label: one.name,
          active: one.id === settings.saved?.id,
          link: { to: '/records/$object', params: { object: object.name }, search: searchOf(one) } as const,
        })),
      ]}
      actions={
        object.may.create && (
          <LinkButton
            to="/records/$object/new"
            params={{ object: object.name }}
            type="primary"
            icon={<Plus size={15} />}
          >
            {t('list.create', { object: object.label })}
          </LinkButton>
        )
      }
    >
      <Tools
        object={object}
        view={view}
        search={search}
        settings={settings}
        columns={columns}
        editing={editing}
        onEditing={editable ? setEditing : undefined}
        onTurn={turn}
      >
        {grouping && <GroupBy object={object} by={by} onBy={(group) => turn({ group })} />}
      </Tools>
      {rows.error ? (
        <ErrorState error={rows.error} reset={rows.retry} />
      ) : rows.total === undefined && !own ? (
        <Waiting />
      ) : rows.total === 0 ? (
        <Nothing object={object} filtered={filtered} onClear={() => turn({ filter: '', search: '' })} />
      ) : layout && view ? (
        <Suspense fallback={<Waiting />}>
          <layout.Show {...shown} view={view} />
        </Suspense>
      ) : (
        <Listing
          {...shown}
          by={by}
          order={readOrder(search.sort ?? view?.sort.join(','))}
          onOrder={(order) => turn({ sort: writeOrder(order) })}
          settings={settings}
          editing={editing}
        />
      )}
      {rows.total !== undefined && rows.reach < rows.total && !own && <Most count={rows.reach} />}
      {selected.size > 0 && <BulkBar object={object} selected={selected} onSelect={setSelected} />}
    </Page>
  );
}

function gridColumn(object: string, column: Column): ReadColumn<Row> {
  const { Display } = kindOf(column.field);
  return {
    key: column.path,
    label: column.label,
    width: column.width,
    fixed: column.fixed,
    pinned: column.pinned,
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
          <LinkButton to="/records/$object/new" params={{ object: object.name }} type="primary">
            {t('list.create', { object: object.label })}
          </LinkButton>
        )
      }
    >
      {object.description}
    </Empty>
  );
}

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../../definition/problem';
import { list, type Row, type Selection } from '../../../api/records';
import type { Json } from '../../../definition/json';
import { titleFields, titleOf } from '../../../definition/title';
import type { ObjectDefinition } from '../../../definition/types';
import { type Column, valueAt } from '../../../fields/columns';
import { kindOf } from '../../../fields/registry';
import forms from '../../../forms/forms.module.css';
import { ErrorState } from '../../../ui/ErrorState';
import { Waiting } from '../../../ui/Skeleton';
import { Table } from '../../../ui/Table';
import styles from './blocks.module.css';

interface Props {
  label: string;
  object: ObjectDefinition;
  columns: Column[];
  /** Which of its records. */
  selection: Pick<Selection, 'view' | 'filter' | 'sort'>;
  limit: number;
  /** What a new one is begun with; none is begun here without it. */
  begun?: Record<string, Json> | undefined;
}

/** The first records of a selection, and the way to all of them. */
export function Few({ label, object, columns, selection, limit, begun }: Props) {
  const { t, i18n } = useTranslation();
  const fields = [...new Set(['id', 'version', ...titleFields(object), ...columns.map((one) => one.path)])].join(',');
  const asked = { ...selection, fields, limit, count: 'capped' as const };
  const found = useQuery({
    queryKey: ['records', object.name, 'few', asked],
    queryFn: ({ signal }) => list(object.name, asked, signal),
  });
  const { view, filter, sort } = selection;
  const all = { ...(view ? { view } : {}), ...(filter ? { filter } : {}), ...(sort ? { sort } : {}) };
  const rows = found.data?.records;
  return (
    <section className={forms.section} aria-label={label}>
      <div className={styles.head}>
        <h2>{label}</h2>
        <span className="number">{found.data?.count?.toLocaleString(i18n.language)}</span>
        {begun && object.may.create && (
          <Link
            to="/records/$object/new"
            params={{ object: object.name }}
            state={{ typed: begun }}
            aria-label={t('list.create', { object: object.label })}
          >
            {t('record.new')}
          </Link>
        )}
        {rows !== undefined && rows.length > 0 && (
          <Link to="/records/$object" params={{ object: object.name }} search={all}>
            {t('record.all')}
          </Link>
        )}
      </div>
      {failureOf(found) ? (
        <ErrorState error={found.error} reset={() => void found.refetch()} />
      ) : rows === undefined ? (
        <Waiting />
      ) : rows.length === 0 ? (
        <div className={styles.none}>{t('list.nothing', { object: object.plural })}</div>
      ) : (
        <Table
          label={object.plural}
          columns={columns.map((column, at) => ({
            key: column.path,
            label: column.label,
            end: column.end,
            cell: (row: Row) => <Cell object={object} column={column} row={row} leads={at === 0} />,
          }))}
          rows={rows}
          id={(row) => row.id}
        />
      )}
    </section>
  );
}

/** What a field of a record holds; in the first column it leads to the record. */
function Cell({ object, column, row, leads }: { object: ObjectDefinition; column: Column; row: Row; leads: boolean }) {
  const { path, field } = column;
  const { Display } = kindOf(field);
  const value = valueAt(row, path);
  const shown = <Display field={field} value={value} row={row} at={{ object: object.name, id: row.id, field: path }} />;
  if (!leads) return shown;
  return (
    <Link to="/records/$object/$id" params={{ object: object.name, id: row.id }}>
      {value === null || field.to ? titleOf(object, row) : shown}
    </Link>
  );
}

import { useInfiniteQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import Input from 'antd/es/input';
import { Search } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../definition/problem';
import { useDefinition } from '../api/definitions';
import { list, type Row } from '../api/records';
import { useView } from '../api/views';
import type { Referred } from '../definition/reference';
import { titleFields, titleOf } from '../definition/title';
import { Dialog } from '../ui/Dialog';
import { ShowMore } from '../ui/ShowMore';
import { ErrorState } from '../ui/ErrorState';
import { useSettled } from '../ui/useSettled';
import { type Column, useColumns, valueAt } from './columns';
import styles from './Lookup.module.css';
import { kindOf } from './registry';

/** Rows fetched at once. */
const PAGE = 50;

interface Props {
  object: string;
  /** The filter that leaves what may be chosen. */
  allowed: string;
  /** The words by which it was looked for. */
  words: string;
  several: boolean;
  chosen: Referred[];
  onTake: (picked: Referred[]) => void;
  onClose: () => void;
}

/** Records to choose from, with the columns of their own list. */
export default function LookupTable({ object: name, allowed, words, several, chosen, onTake, onClose }: Props) {
  const { t } = useTranslation();
  const object = useDefinition('object', name);
  const columns = useColumns(object, useView(name), undefined);
  const [typed, setTyped] = useState(words);
  const [picked, setPicked] = useState(() => new Map(chosen.map((one) => [one.id, one])));
  const search = useSettled(typed.trim());
  const fields = [...new Set(['id', ...titleFields(object), ...columns.map((column) => column.path)])].join(',');
  const asked = { fields, limit: PAGE, ...(allowed && { filter: allowed }), ...(search && { search }) };
  const found = useInfiniteQuery({
    queryKey: ['lookup', name, 'table', asked],
    queryFn: ({ pageParam, signal }) => list(name, { ...asked, ...(pageParam && { cursor: pageParam }) }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    placeholderData: (before) => before,
  });
  const rows = found.data?.pages.flatMap((page) => page.records) ?? [];
  const refer = (row: Row): Referred => ({ id: row.id, title: titleOf(object, row) });
  const choose = (row: Row) => {
    if (!several) {
      onTake([refer(row)]);
      return onClose();
    }
    const next = new Map(picked);
    if (!next.delete(row.id)) next.set(row.id, refer(row));
    setPicked(next);
  };
  return (
    <Dialog
      width={960}
      title={t('lookup.columnsOf', { objects: object.plural })}
      onClose={onClose}
      footer={
        several ? (
          <Button
            type="primary"
            onClick={() => {
              onTake([...picked.values()]);
              onClose();
            }}
          >
            {t('lookup.take', { count: picked.size })}
          </Button>
        ) : null
      }
    >
      <Input
        autoFocus
        prefix={<Search size={14} aria-hidden />}
        aria-label={t('lookup.search', { objects: object.plural })}
        placeholder={t('lookup.search', { objects: object.plural })}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      {failureOf(found) ? (
        <ErrorState error={found.error} reset={() => void found.refetch()} />
      ) : (
        <div className={styles.table} tabIndex={0} role="region" aria-label={object.plural}>
          <table>
            <thead>
              <tr>
                <th scope="col">
                  <span className="visually-hidden">{t('lookup.chosen')}</span>
                </th>
                {columns.map((column) => (
                  <th key={column.path} scope="col" data-end={column.end || undefined}>
                    {column.label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id} data-chosen={picked.has(row.id) || undefined} onClick={() => choose(row)}>
                  <td>
                    <input
                      type={several ? 'checkbox' : 'radio'}
                      aria-label={t('lookup.choose', { name: titleOf(object, row) })}
                      checked={picked.has(row.id)}
                      onClick={(event) => event.stopPropagation()}
                      onChange={() => choose(row)}
                    />
                  </td>
                  {columns.map((column) => (
                    <td key={column.path} data-end={column.end || undefined}>
                      <Cell column={column} row={row} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
          {rows.length === 0 && (
            <p className={styles.nothing}>{t(found.isPending ? 'lookup.searching' : 'lookup.nothing')}</p>
          )}
        </div>
      )}
      <ShowMore label={t('lookup.more')} list={found} />
    </Dialog>
  );
}

/** What a record holds; a link that led away from the choice is only its text. */
function Cell({ column, row }: { column: Column; row: Row }) {
  const { Display } = kindOf(column.field);
  return (
    <span className={styles.cell} inert>
      <Display field={column.field} value={valueAt(row, column.path)} row={row} />
    </span>
  );
}

import type { ReactNode } from 'react';
import styles from './Table.module.css';

export interface TableColumn<R> {
  key: string;
  label: string;
  /** Figures stand at the end. */
  end?: boolean;
  /** As wide as what stands in it. */
  narrow?: boolean;
  cell: (row: R) => ReactNode;
}

interface Props<R> {
  label: string;
  columns: TableColumn<R>[];
  rows: readonly R[];
  id: (row: R) => string;
}

/** A short table; on a phone each row is a card whose lines say what they are. */
export function Table<R>({ label, columns, rows, id }: Props<R>) {
  return (
    <div className={styles.frame} role="region" aria-label={label} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.key} scope="col" data-end={column.end || undefined}>
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={id(row)}>
              {columns.map((column) => (
                <td
                  key={column.key}
                  data-label={column.label}
                  data-end={column.end || undefined}
                  data-narrow={column.narrow || undefined}
                >
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

import { Link } from '@tanstack/react-router';
import { useDefinition } from '../../../api/definitions';
import type { Row } from '../../../api/records';
import { referred } from '../../../definition/reference';
import { Face } from '../../../ui/Face';
import { Table } from '../../../ui/Table';
import styles from '../admin.module.css';

/** How people are asked for that are shown here. */
export const PEOPLE = { fields: 'id,name,login,title,department,manager', sort: 'name', limit: 100 };

/** People with who they are in the organisation. */
export function People({ rows }: { rows: readonly Row[] }) {
  const object = useDefinition('object', 'base.user');
  const label = (name: string) => object.fields[name]?.label ?? name;
  const text = (name: string) => ({
    key: name,
    label: label(name),
    cell: (row: Row) => referred(row[name])?.title ?? (typeof row[name] === 'string' ? row[name] : ''),
  });
  return (
    <Table
      label={object.plural}
      rows={rows}
      id={(row) => row.id}
      columns={[
        {
          key: 'name',
          label: label('name'),
          cell: (row) => (
            <Link to="/admin/users/$id" params={{ id: row.id }} className={styles.person}>
              <Face name={String(row.name ?? '?')} size={22} />
              {String(row.name ?? '—')}
            </Link>
          ),
        },
        text('login'),
        text('title'),
        text('department'),
        text('manager'),
      ]}
    />
  );
}

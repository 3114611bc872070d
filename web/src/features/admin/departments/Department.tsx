import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import Button from 'antd/es/button';
import Select from 'antd/es/select';
import { Pencil } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { change, list, type Row } from '../../../api/records';
import { referred } from '../../../definition/reference';
import { Panel } from '../../../ui/Panel';
import styles from '../admin.module.css';
import { useAct } from '../useAct';
import { People } from '../users/UsersPage';
import { type Node, under } from './tree';

interface Props {
  row: Row;
  rows: Row[];
  tree: Node[];
}

/** One department: where it stands, and who is in it. */
export function Department({ row, rows, tree }: Props) {
  const { t } = useTranslation();
  const own = under(tree, row.id);
  const parent = referred(row.parent);
  const head = referred(row.head);
  const moving = useAct(
    (to: string | null) => change('base.department', row, { parent: to === null ? null : { id: to } }),
    [['records', 'base.department']],
    t('admin.departments.moved', { name: String(row.name) }),
  );
  const people = useQuery({
    queryKey: ['records', 'base.user', 'of', row.id],
    queryFn: async ({ signal }) =>
      (
        await list(
          'base.user',
          {
            fields: 'id,name,login,title,department,manager',
            filter: `active == true && department == "${row.id}"`,
            sort: 'name',
            limit: 500,
          },
          signal,
        )
      ).records,
  });
  return (
    <Panel
      title={String(row.name)}
      help={head === null ? String(row.code) : t('admin.departments.led', { code: String(row.code), name: head.title })}
      actions={
        <Link to="/records/$object/$id/edit" params={{ object: 'base.department', id: row.id }}>
          <Button icon={<Pencil size={15} />}>{t('record.edit')}</Button>
        </Link>
      }
    >
      <div className={styles.entry}>
        <span>{t('admin.departments.parent')}</span>
        <Select
          aria-label={t('admin.departments.parent')}
          value={parent?.id}
          allowClear
          loading={moving.isPending}
          placeholder={t('admin.departments.top')}
          showSearch={{ optionFilterProp: 'label' }}
          options={rows.filter((one) => !own.has(one.id)).map((one) => ({ value: one.id, label: String(one.name) }))}
          onChange={(to?: string) => moving.mutate(to ?? null)}
        />
      </div>
      {people.data && people.data.length > 0 ? (
        <People rows={people.data} />
      ) : (
        people.data && <p className={styles.quiet}>{t('admin.departments.nobody')}</p>
      )}
    </Panel>
  );
}

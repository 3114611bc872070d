import { useInfiniteQuery } from '@tanstack/react-query';
import { Pencil } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { change, type Row } from '../../../api/records';
import { referred } from '../../../definition/reference';
import { LinkButton } from '../../../ui/LinkButton';
import { Panel } from '../../../ui/Panel';
import { ShowMore } from '../../../ui/ShowMore';
import { Choice } from '../Choice';
import { Found } from '../Found';
import { pagedQuery, rowsOf } from '../paged';
import { useAct } from '../useAct';
import { People, PEOPLE } from '../users/People';
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
  const people = useInfiniteQuery(
    pagedQuery('base.user', ['of', row.id], {
      ...PEOPLE,
      filter: `active == true && department == "${row.id}"`,
    }),
  );
  return (
    <Panel
      title={String(row.name)}
      help={head === null ? String(row.code) : t('admin.departments.led', { code: String(row.code), name: head.title })}
      actions={
        <LinkButton
          to="/records/$object/$id/edit"
          params={{ object: 'base.department', id: row.id }}
          icon={<Pencil size={15} />}
        >
          {t('record.edit')}
        </LinkButton>
      }
    >
      <Choice
        label={t('admin.departments.parent')}
        value={parent?.id}
        options={rows.filter((one) => !own.has(one.id)).map((one) => ({ value: one.id, label: String(one.name) }))}
        placeholder={t('admin.departments.top')}
        busy={moving.isPending}
        onChange={(to) => moving.mutate(to ?? null)}
      />
      <Found rows={rowsOf(people.data)} error={people.error} nothing={t('admin.departments.nobody')}>
        {(found) => <People rows={found} />}
      </Found>
      <ShowMore label={t('admin.more')} list={people} />
    </Panel>
  );
}

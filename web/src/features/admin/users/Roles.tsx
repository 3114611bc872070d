import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import Button from 'antd/es/button';
import Select from 'antd/es/select';
import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { get } from '../../../api/client';
import { useDefinitions } from '../../../api/definitions';
import { useOnce } from '../../../api/once';
import { create, type Page, remove, restore, type Row } from '../../../api/records';
import { failureOf } from '../../../definition/problem';
import { Panel } from '../../../ui/Panel';
import { toast } from '../../../ui/toast';
import styles from '../admin.module.css';
import { useAct } from '../useAct';
import { useCalled } from '../useCalled';
import { Wrong } from '../Wrong';

const OBJECT = 'base.role_assignment';
const CHANGED = ['records', OBJECT];

// By the short way: in an expression `user` is whoever asks.
const assignmentsQuery = (user: string) => ({
  queryKey: ['records', OBJECT, 'of user', user],
  queryFn: async ({ signal }: { signal: AbortSignal }) =>
    (await get<Page>(`/records/${OBJECT}`, { user, fields: 'id,version,role', limit: 500 }, signal)).records,
});

/** The roles of somebody: given and taken by a click. */
export function Roles({ user }: { user: string }) {
  const { t } = useTranslation();
  const roles = useDefinitions().filter((one) => one.kind === 'role');
  const found = useQuery(assignmentsQuery(user));
  const failure = failureOf(found);
  const held = new Set(found.data?.map((row) => row.role));
  const giving = useAct((role: string) => create(OBJECT, { user: { id: user }, role }, crypto.randomUUID()), [CHANGED]);
  return (
    <Panel title={t('admin.roles.title')} help={t('admin.roles.help')}>
      {failure && <Wrong>{failure.message}</Wrong>}
      <ul className={styles.chips}>
        {found.data?.map((row) => (
          <Given key={row.id} row={row} />
        ))}
        {found.data?.length === 0 && <li className={styles.quiet}>{t('admin.roles.none')}</li>}
      </ul>
      <Select
        className={styles.choice}
        aria-label={t('admin.roles.give')}
        placeholder={t('admin.roles.give')}
        value={null}
        loading={giving.isPending}
        options={roles
          .filter((one) => !held.has(one.name))
          .map((one) => ({ value: one.name, label: `${one.label} (${one.name})` }))}
        showSearch={{ optionFilterProp: 'label' }}
        onChange={(role: string | null) => role !== null && giving.mutate(role)}
      />
    </Panel>
  );
}

/** A role that somebody has, with the button that takes it. */
function Given({ row }: { row: Row }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const name = String(row.role);
  const role = useCalled('role')(name);
  const refresh = () => queries.invalidateQueries({ queryKey: CHANGED });
  const say = (error: Error) => toast({ text: error.message, tone: 'wrong' });
  const taking = useOnce({
    mutationFn: () => remove(OBJECT, row),
    onSuccess: async () => {
      await refresh();
      const back = () => void restore(OBJECT, row.id).then(refresh, say);
      toast({ text: t('admin.roles.taken', { role }), tone: 'done', action: { label: t('list.undo'), run: back } });
    },
    onError: say,
  });
  return (
    <li>
      <Link to="/admin/roles/$name" params={{ name }}>
        {role}
      </Link>
      <Button
        type="text"
        size="small"
        icon={<X size={14} />}
        loading={taking.isPending}
        aria-label={t('admin.roles.take', { role })}
        onClick={() => taking.mutate()}
      />
    </li>
  );
}

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import Button from 'antd/es/button';
import Select from 'antd/es/select';
import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { get } from '../../../api/client';
import { useDefinitions } from '../../../api/definitions';
import { create, type Page, remove, restore, type Row } from '../../../api/records';
import { Panel } from '../../../ui/Panel';
import { toast } from '../../../ui/toast';
import styles from '../admin.module.css';

const OBJECT = 'base.role_assignment';

// By the short way: in an expression `user` is whoever asks.
const assignmentsQuery = (user: string) => ({
  queryKey: ['records', OBJECT, 'of user', user],
  queryFn: async ({ signal }: { signal: AbortSignal }) =>
    (await get<Page>(`/records/${OBJECT}`, { user, fields: 'id,version,role', limit: 500 }, signal)).records,
});

/** The roles of somebody: given and taken by a click. */
export function Roles({ user }: { user: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const roles = useDefinitions().filter((one) => one.kind === 'role');
  const { data = [], error } = useQuery(assignmentsQuery(user));
  const held = new Set(data.map((row) => row.role));
  const refresh = () => queries.invalidateQueries({ queryKey: ['records', OBJECT] });
  const say = (found: Error) => toast({ text: found.message, tone: 'wrong' });
  const give = async (role: string) => {
    await create(OBJECT, { user: { id: user }, role }, crypto.randomUUID());
    await refresh();
  };
  const take = async (row: Row) => {
    await remove(OBJECT, row);
    await refresh();
    const back = () => void restore(OBJECT, row.id).then(refresh, say);
    toast({
      text: t('admin.roles.taken', { role: called(String(row.role)) }),
      tone: 'done',
      action: { label: t('list.undo'), run: back },
    });
  };
  const called = (name: string) => roles.find((one) => one.name === name)?.label ?? name;
  return (
    <Panel title={t('admin.roles.title')} help={t('admin.roles.help')}>
      {error && <p className={styles.wrong}>{error.message}</p>}
      <ul className={styles.chips}>
        {data.map((row) => (
          <li key={row.id}>
            <Link to="/admin/roles/$name" params={{ name: String(row.role) }}>
              {called(String(row.role))}
            </Link>
            <Button
              type="text"
              size="small"
              icon={<X size={14} />}
              aria-label={t('admin.roles.take', { role: called(String(row.role)) })}
              onClick={() => void take(row).catch(say)}
            />
          </li>
        ))}
        {data.length === 0 && <li className={styles.quiet}>{t('admin.roles.none')}</li>}
      </ul>
      <Select
        className={styles.choice}
        aria-label={t('admin.roles.give')}
        placeholder={t('admin.roles.give')}
        value={null}
        options={roles
          .filter((one) => !held.has(one.name))
          .map((one) => ({ value: one.name, label: `${one.label} (${one.name})` }))}
        showSearch={{ optionFilterProp: 'label' }}
        onChange={(role: string | null) => role !== null && void give(role).catch(say)}
      />
    </Panel>
  );
}

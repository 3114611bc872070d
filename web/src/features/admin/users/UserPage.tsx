import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import Button from 'antd/es/button';
import { Eye, Pencil } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../../definition/problem';
import { useDefinition } from '../../../api/definitions';
import { useOnce } from '../../../api/once';
import { change, read, type Row } from '../../../api/records';
import { usePerson } from '../../../api/session';
import { viewAs } from '../../../api/viewAs';
import { RecordValues } from '../../../forms/RecordValues';
import { ErrorState } from '../../../ui/ErrorState';
import { LinkButton } from '../../../ui/LinkButton';
import { Page } from '../../../ui/Page';
import { Panel, Panels } from '../../../ui/Panel';
import { Waiting } from '../../../ui/Skeleton';
import { State } from '../../../ui/State';
import { toast } from '../../../ui/toast';
import { Entrance } from './Entrance';
import { HandOver } from './HandOver';
import { Roles } from './Roles';
import { Sessions } from './Sessions';
import { Tokens } from './Tokens';

const route = getRouteApi('/inside/admin/users/$id');

/** One account: who it belongs to, what it may, where it is signed in, and how somebody leaves. */
export function UserPage() {
  const { t } = useTranslation();
  const { id } = route.useParams();
  const own = usePerson().id === id;
  const people = useDefinition('object', 'base.user');
  const found = useQuery({
    queryKey: ['record', 'base.user', id, 'admin'],
    queryFn: ({ signal }) => read('base.user', id, undefined, signal),
  });
  if (failureOf(found)) return <ErrorState error={found.error} reset={() => void found.refetch()} />;
  if (found.data === undefined) return <Waiting />;
  const row = found.data;
  const active = row.active !== false;
  return (
    <Page
      title={String(row.name)}
      actions={
        <>
          <State tone={active ? 'green' : 'grey'}>{t(active ? 'admin.users.isActive' : 'admin.users.isFormer')}</State>
          {active && !own && (
            <Button icon={<Eye size={15} />} onClick={() => viewAs({ id, name: String(row.name) })}>
              {t('viewAs.begin')}
            </Button>
          )}
          {!own && <Activity row={row} active={active} />}
          <LinkButton to="/records/$object/$id/edit" params={{ object: 'base.user', id }} icon={<Pencil size={15} />}>
            {t('record.edit')}
          </LinkButton>
        </>
      }
    >
      {/* What was typed or given for one account is not shown for another. */}
      <Panels key={id}>
        <RecordValues object={people} id={id} />
        <Roles user={id} />
        <Entrance user={id} />
        <Sessions user={id} />
        <Tokens user={id} />
        <HandOver user={id} name={String(row.name)} active={active} />
        <Panel title={t('explain.title')} help={t('admin.users.explainHelp')}>
          <div>
            <Link to="/admin/access" search={{ user: id, name: String(row.name) }}>
              {t('admin.users.explain')}
            </Link>
          </div>
        </Panel>
      </Panels>
    </Page>
  );
}

/** Lets somebody in, or no more. */
function Activity({ row, active }: { row: Row; active: boolean }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const turning = useOnce({
    mutationFn: ({ version, next }: { version: number; next: boolean; undoes: boolean }) =>
      change('base.user', { id: row.id, version }, { active: next }),
    onSuccess: async ({ version }, { next, undoes }) => {
      const changed = [
        ['record', 'base.user', row.id],
        ['records', 'base.user'],
        ['users', row.id],
      ];
      await Promise.all(changed.map((queryKey) => queries.invalidateQueries({ queryKey })));
      const back = () => turning.mutate({ version, next: !next, undoes: false });
      toast({
        text: t(next ? 'admin.users.activated' : 'admin.users.deactivated', { name: String(row.name) }),
        tone: 'done',
        action: undoes ? { label: t('list.undo'), run: back } : undefined,
      });
    },
    onError: (error) => toast({ text: error.message, tone: 'wrong' }),
  });
  return (
    <Button
      danger={active}
      loading={turning.isPending}
      onClick={() => turning.mutate({ version: row.version, next: !active, undoes: true })}
    >
      {t(active ? 'admin.users.deactivate' : 'admin.users.activate')}
    </Button>
  );
}

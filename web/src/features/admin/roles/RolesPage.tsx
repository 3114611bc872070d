import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useDefinitions } from '../../../api/definitions';
import { groups } from '../../../api/records';
import { failureOf } from '../../../definition/problem';
import { ErrorState } from '../../../ui/ErrorState';
import { Page } from '../../../ui/Page';
import { Panel, Panels } from '../../../ui/Panel';
import { Table } from '../../../ui/Table';

/** All roles, and how many people have each. */
export function RolesPage() {
  const { t } = useTranslation();
  const roles = useDefinitions().filter((one) => one.kind === 'role');
  const counted = useQuery({
    queryKey: ['records', 'base.role_assignment', 'by role'],
    queryFn: ({ signal }) =>
      groups('base.role_assignment', { groups: ['role'], aggregates: { people: { count: true } } }, signal),
  });
  if (failureOf(counted)) return <ErrorState error={counted.error} reset={() => void counted.refetch()} />;
  const people = counted.data && new Map(counted.data.map((group) => [group.role, Number(group.people)]));
  return (
    <Page title={t('admin.roles.title')} count={roles.length}>
      <Panels>
        <Panel title={t('admin.roles.all')} help={t('admin.roles.allHelp')}>
          <Table
            label={t('admin.roles.all')}
            rows={roles}
            id={(one) => one.name}
            columns={[
              {
                key: 'label',
                label: t('admin.roles.role'),
                cell: (one) => (
                  <Link to="/admin/roles/$name" params={{ name: one.name }}>
                    {one.label}
                  </Link>
                ),
              },
              { key: 'name', label: t('admin.packs.name'), cell: (one) => <code>{one.name}</code> },
              {
                key: 'people',
                label: t('admin.roles.people'),
                end: true,
                cell: (one) => people && (people.get(one.name) ?? 0),
              },
            ]}
          />
        </Panel>
      </Panels>
    </Page>
  );
}

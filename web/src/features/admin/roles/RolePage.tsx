import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useDefinition, useDefinitions } from '../../../api/definitions';
import { list } from '../../../api/records';
import { referred } from '../../../definition/reference';
import { Page } from '../../../ui/Page';
import { Panel, Panels } from '../../../ui/Panel';
import styles from '../admin.module.css';
import { Matrix } from './Matrix';
import { Rest } from './Rest';

const route = getRouteApi('/inside/admin/roles/$name');

/** One role: who has it, and what it grants on which object. */
export function RolePage() {
  const { t } = useTranslation();
  const { name } = route.useParams();
  const role = useDefinition('role', name);
  const definitions = useDefinitions();
  const objects = Object.entries(role.objects ?? {});
  const called = (kind: string, wanted: string) =>
    definitions.find((one) => one.kind === kind && one.name === wanted)?.label ?? wanted;
  return (
    <Page title={role.label}>
      <Panels wide>
        <Holders role={name} />
        {role.admin ? (
          <Panel title={t('admin.roles.grants')}>
            <p>{t('admin.roles.everything')}</p>
          </Panel>
        ) : (
          <>
            <Panel title={t('admin.roles.grants')} help={t('admin.roles.grantsHelp')}>
              {objects.length === 0 ? (
                <p className={styles.quiet}>{t('admin.roles.grantsNothing')}</p>
              ) : (
                <Matrix objects={objects} called={(object) => called('object', object)} />
              )}
            </Panel>
            {objects.map(([object, grant]) => (
              <Rest key={object} object={object} grant={grant} restrictions={role.restrictions?.[object] ?? []} />
            ))}
            {(role.start ?? []).length > 0 && (
              <Panel title={t('admin.roles.start')}>
                <p>{(role.start ?? []).map((flow) => called('workflow', flow)).join(', ')}</p>
              </Panel>
            )}
          </>
        )}
      </Panels>
    </Page>
  );
}

function Holders({ role }: { role: string }) {
  const { t } = useTranslation();
  const { data } = useQuery({
    queryKey: ['records', 'base.role_assignment', 'of', role],
    queryFn: async ({ signal }) =>
      (await list('base.role_assignment', { filter: `role == "${role}"`, fields: 'id,user', limit: 200 }, signal))
        .records,
  });
  const people = (data ?? []).map((row) => referred(row.user)).filter((one) => one !== null);
  return (
    <Panel title={t('admin.roles.holders')}>
      {data !== undefined && people.length === 0 ? (
        <p className={styles.quiet}>{t('admin.roles.nobody')}</p>
      ) : (
        <ul className={styles.chips}>
          {people.map((one) => (
            <li key={one.id}>
              <Link to="/admin/users/$id" params={{ id: one.id }}>
                {one.title ?? '—'}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

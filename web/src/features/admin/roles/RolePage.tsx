import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useDefinition } from '../../../api/definitions';
import { referred } from '../../../definition/reference';
import { Page } from '../../../ui/Page';
import { Panel, Panels } from '../../../ui/Panel';
import { ShowMore } from '../../../ui/ShowMore';
import styles from '../admin.module.css';
import { Found } from '../Found';
import { pagedQuery, rowsOf } from '../paged';
import { useCalled } from '../useCalled';
import { Matrix } from './Matrix';
import { Rest } from './Rest';

const route = getRouteApi('/inside/admin/roles/$name');

/** One role: who has it, and what it grants on which object. */
export function RolePage() {
  const { t } = useTranslation();
  const { name } = route.useParams();
  const role = useDefinition('role', name);
  const [objectCalled, flowCalled] = [useCalled('object'), useCalled('workflow')];
  const objects = Object.entries(role.objects ?? {});
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
                <Matrix objects={objects} called={objectCalled} />
              )}
            </Panel>
            {objects.map(([object, grant]) => (
              <Rest key={object} object={object} grant={grant} restrictions={role.restrictions?.[object] ?? []} />
            ))}
            {(role.start ?? []).length > 0 && (
              <Panel title={t('admin.roles.start')}>
                <p>{(role.start ?? []).map(flowCalled).join(', ')}</p>
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
  const found = useInfiniteQuery(
    pagedQuery('base.role_assignment', ['of', role], { filter: `role == "${role}"`, fields: 'id,user', limit: 200 }),
  );
  const people = rowsOf(found.data)?.flatMap((row) => referred(row.user) ?? []);
  return (
    <Panel title={t('admin.roles.holders')}>
      <Found rows={people} error={found.error} nothing={t('admin.roles.nobody')}>
        {(rows) => (
          <ul className={styles.chips}>
            {rows.map((one) => (
              <li key={one.id}>
                <Link to="/admin/users/$id" params={{ id: one.id }}>
                  {one.title ?? '—'}
                </Link>
              </li>
            ))}
          </ul>
        )}
      </Found>
      <ShowMore label={t('admin.more')} list={found} />
    </Panel>
  );
}

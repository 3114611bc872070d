import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { CircleCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { stuckQuery } from '../../../api/flows';
import type * as Schema from '../../../definition/schema.gen';
import { failureOf } from '../../../definition/problem';
import { Empty } from '../../../ui/Empty';
import { ErrorState } from '../../../ui/ErrorState';
import { Panel } from '../../../ui/Panel';
import { Waiting } from '../../../ui/Skeleton';
import { Table } from '../../../ui/Table';
import admin from '../admin.module.css';
import { useCalled } from '../useCalled';
import { Two } from './About';
import styles from './flows.module.css';
import { FlowsLayout } from './FlowsLayout';
import { FlowsTable } from './FlowsTable';
import { Leavers } from './Leavers';
import { WorkflowChoice } from './WorkflowChoice';

type Stuck = Schema.Answers['list_stuck_flows'];

const route = getRouteApi('/inside/admin/flows/stuck');
const KINDS = ['leavers', 'roles', 'still', 'incidents'] as const;

/** What lies still although nobody meant it to, each kind with what helps. */
export function StuckPage() {
  const { t } = useTranslation();
  const { workflow } = route.useSearch();
  const navigate = useNavigate();
  const found = useQuery(stuckQuery(workflow));
  return (
    <FlowsLayout tab="stuck">
      <Panel title={t('admin.flows.stuck')} help={t('admin.flows.stuckHelp')}>
        <div className={admin.row}>
          <WorkflowChoice
            value={workflow}
            onChange={(next) =>
              void navigate({ to: '/admin/flows/stuck', search: next === undefined ? {} : { workflow: next } })
            }
          />
          {found.data && <Figures found={found.data} />}
        </div>
      </Panel>
      {failureOf(found) ? (
        <ErrorState error={found.error} reset={() => void found.refetch()} />
      ) : found.data === undefined ? (
        <Waiting />
      ) : KINDS.every((kind) => found.data[kind].length === 0) ? (
        <Empty title={t('admin.flows.nothingStuck')} />
      ) : (
        <Kinds found={found.data} />
      )}
    </FlowsLayout>
  );
}

/** How much there is of each kind. */
function Figures({ found }: { found: Stuck }) {
  const { t, i18n } = useTranslation();
  return (
    <ul className={styles.figures}>
      {KINDS.map((kind) => (
        <li key={kind} data-some={found[kind].length > 0 || undefined}>
          <b className="number">{found[kind].length.toLocaleString(i18n.language)}</b>
          <span>{t(`admin.flows.kinds.${kind}`)}</span>
          {found[kind].length === 0 && <CircleCheck size={14} aria-hidden />}
        </li>
      ))}
    </ul>
  );
}

function Kinds({ found }: { found: Stuck }) {
  const { t } = useTranslation();
  return (
    <>
      {found.leavers.length > 0 && <Leavers tasks={found.leavers} />}
      {found.roles.length > 0 && <EmptyRoles roles={found.roles} />}
      {found.still.length > 0 && (
        <Panel title={t('admin.flows.still')} help={t('admin.flows.stillHelp')}>
          <FlowsTable label={t('admin.flows.still')} rows={found.still} />
        </Panel>
      )}
      {found.incidents.length > 0 && (
        <Panel
          title={t('admin.flows.incidents')}
          actions={
            <Link to="/admin/flows/incidents" search={{}}>
              {t('admin.flows.toIncidents')}
            </Link>
          }
        >
          <FlowsTable label={t('admin.flows.incidents')} rows={found.incidents} />
        </Panel>
      )}
    </>
  );
}

function EmptyRoles({ roles }: { roles: Stuck['roles'] }) {
  const { t } = useTranslation();
  const flows = useCalled('workflow');
  const called = useCalled('role');
  return (
    <Panel title={t('admin.flows.emptyRoles')} help={t('admin.flows.emptyRolesHelp')}>
      <Table
        label={t('admin.flows.emptyRoles')}
        rows={roles}
        id={({ workflow, node, role }) => `${workflow} ${node} ${role}`}
        columns={[
          {
            key: 'role',
            label: t('admin.roles.role'),
            cell: ({ role }) => (
              <Link to="/admin/roles/$name" params={{ name: role }}>
                {called(role)}
              </Link>
            ),
          },
          {
            key: 'step',
            label: t('admin.flows.step'),
            cell: ({ workflow, label }) => <Two below={flows(workflow)}>{label ?? t('admin.flows.fallback')}</Two>,
          },
          {
            key: 'cure',
            label: t('admin.flows.cure'),
            narrow: true,
            cell: ({ role }) => (
              <Link to="/admin/roles/$name" params={{ name: role }}>
                {t('admin.flows.giveRole')}
              </Link>
            ),
          },
        ]}
      />
    </Panel>
  );
}

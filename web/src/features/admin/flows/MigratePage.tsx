import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Migration, migrate } from '../../../api/flows';
import { failureOf } from '../../../definition/problem';
import { Empty } from '../../../ui/Empty';
import { ErrorState } from '../../../ui/ErrorState';
import { Page } from '../../../ui/Page';
import { Panel, Panels } from '../../../ui/Panel';
import { ShowMore } from '../../../ui/ShowMore';
import { Waiting } from '../../../ui/Skeleton';
import { Table } from '../../../ui/Table';
import admin from '../admin.module.css';
import { Choice } from '../Choice';
import { useCalled } from '../useCalled';
import { AboutRecord, Two } from './About';
import styles from './flows.module.css';
import { Move } from './Move';
import { oldSteps, standing } from './moving';
import { WorkflowChoice } from './WorkflowChoice';

const route = getRouteApi('/inside/admin/flows/migrate');

/** Flows that run under an older version go on under the published one; what would become of them is shown before. */
export function MigratePage() {
  const { t } = useTranslation();
  const { workflow, instance } = route.useSearch();
  const navigate = useNavigate();
  const called = useCalled('workflow');
  return (
    <Page title={t('admin.flows.migrateAll')}>
      <Panels wide>
        <Panel
          title={workflow === undefined ? t('admin.flows.workflow') : called(workflow)}
          help={t('admin.flows.migrateHelp')}
        >
          <div className={admin.row}>
            <WorkflowChoice
              value={workflow}
              onChange={(next) =>
                void navigate({ to: '/admin/flows/migrate', search: next === undefined ? {} : { workflow: next } })
              }
            />
          </div>
        </Panel>
        {workflow !== undefined && <Trial key={`${workflow} ${instance}`} workflow={workflow} instance={instance} />}
      </Panels>
    </Page>
  );
}

function Trial({ workflow, instance }: { workflow: string; instance: string | undefined }) {
  const { t } = useTranslation();
  const [map, setMap] = useState<Record<string, string>>({});
  const only = instance === undefined ? {} : { instances: [instance] };
  const found = useInfiniteQuery({
    queryKey: ['flows', 'migration', workflow, instance, map],
    queryFn: ({ pageParam }) =>
      migrate(workflow, { map, ...only, dry_run: true, ...(pageParam === '' ? {} : { cursor: pageParam }) }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    staleTime: 0,
    // While another step is chosen.
    placeholderData: (before) => before,
  });
  if (failureOf(found)) return <ErrorState error={found.error} reset={() => void found.refetch()} />;
  if (found.data === undefined) return <Waiting />;
  const { pages } = found.data;
  const steps = pages[0]?.steps ?? [];
  const movable = pages.flatMap((page) => page.movable);
  const stuck = pages.flatMap((page) => page.stuck);
  if (movable.length + stuck.length === 0) return <Empty title={t('admin.flows.allCurrent')} />;
  return (
    <>
      <Mapping pages={pages} map={map} onChange={setMap} />
      {stuck.length > 0 && (
        <Panel title={t('admin.flows.cannotMove', { count: stuck.length })} help={t('admin.flows.cannotMoveHelp')}>
          <Table
            label={t('admin.flows.cannotMove', { count: stuck.length })}
            rows={stuck}
            id={({ id }) => id}
            columns={[
              { key: 'record', label: t('admin.flows.record'), cell: ({ record }) => <AboutRecord record={record} /> },
              { key: 'stands', label: t('admin.flows.stands'), cell: (one) => standing(one, map, steps) },
              {
                key: 'why',
                label: t('admin.flows.cause'),
                cell: ({ obstacles }) => (
                  <ul className={styles.reasons}>
                    {obstacles.map(({ message }, at) => (
                      <li key={at}>{message}</li>
                    ))}
                  </ul>
                ),
              },
            ]}
          />
        </Panel>
      )}
      {movable.length > 0 && (
        <Panel
          title={t('admin.flows.canMove', { count: movable.length })}
          actions={
            <Move workflow={workflow} moving={{ map, ...only }} count={movable.length} more={found.hasNextPage} />
          }
        >
          <Table
            label={t('admin.flows.canMove', { count: movable.length })}
            rows={movable}
            id={({ id }) => id}
            columns={[
              { key: 'record', label: t('admin.flows.record'), cell: ({ record }) => <AboutRecord record={record} /> },
              { key: 'stands', label: t('admin.flows.stands'), cell: (one) => standing(one, map, steps) },
              {
                key: 'initiator',
                label: t('admin.flows.initiator'),
                cell: ({ initiator }) => initiator?.title ?? t('admin.audit.system'),
              },
            ]}
          />
        </Panel>
      )}
      <ShowMore label={t('admin.more')} list={found} />
    </>
  );
}

interface MappingProps {
  pages: readonly Migration[];
  map: Record<string, string>;
  onChange: (map: Record<string, string>) => void;
}

/** Which step of the published version each step is whose name changed. */
function Mapping({ pages, map, onChange }: MappingProps) {
  const { t } = useTranslation();
  const steps = pages[0]?.steps ?? [];
  const turn = (node: string, next: string | undefined) => {
    const { [node]: _before, ...rest } = map;
    onChange(next === undefined ? rest : { ...rest, [node]: next });
  };
  return (
    <Panel title={t('admin.flows.mapping')} help={t('admin.flows.mappingHelp')}>
      <Table
        label={t('admin.flows.mapping')}
        rows={oldSteps(pages, map)}
        id={({ node }) => node}
        columns={[
          {
            key: 'old',
            label: t('admin.flows.oldStep'),
            cell: ({ node, label }) => (label === node ? label : <Two below={node}>{label}</Two>),
          },
          { key: 'flows', label: t('admin.flows.standing'), end: true, cell: ({ flows }) => flows || '—' },
          {
            key: 'new',
            label: t('admin.flows.newStep'),
            cell: ({ node, label, known }) => (
              <Choice
                bare
                label={t('admin.flows.becomes', { step: label })}
                value={map[node]}
                placeholder={t(known ? 'admin.flows.sameName' : 'admin.flows.isGone')}
                options={steps.map((one) => ({ value: one.node, label: one.label }))}
                onChange={(next) => turn(node, next)}
              />
            ),
          },
        ]}
      />
    </Panel>
  );
}

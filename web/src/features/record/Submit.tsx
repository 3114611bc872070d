import { useQueries, useQueryClient } from '@tanstack/react-query';
import Button from 'antd/es/button';
import Dropdown from 'antd/es/dropdown';
import { Play, Send } from 'lucide-react';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { definitionQuery, useDefinitions } from '../../api/definitions';
import { useOnce } from '../../api/once';
import type { Row } from '../../api/records';
import { useSession } from '../../api/session';
import { submit, type Submitted } from '../../api/tasks';
import { holds } from '../../definition/expression/evaluate';
import { clockAt } from '../../definition/expression/zone';
import type { ObjectDefinition, Workflow } from '../../definition/types';
import { failed, toast } from '../../ui/toast';

// Few records are submitted when they are looked at.
const SubmitDialog = lazy(() => import('./SubmitDialog'));

/** So many flows have each a button; more are chosen from a menu. */
const SEVERAL = 2;
/** By then most of what was begun is done, in milliseconds. */
const SOON = 1500;

/** The flows that this person may put the record into, and the automations that may be begun, as it stands. */
export function useOpenFlows(object: ObjectDefinition, row: Row): Workflow[] {
  const { user, site } = useSession();
  const names = useDefinitions().filter((one) => one.kind === 'workflow' && one.object === object.name);
  const found = useQueries({ queries: names.map(({ name }) => definitionQuery('workflow', name)) });
  // One approval at a time: what runs is told above the record.
  const pending = (row.pending ?? null) !== null;
  const begins = ({ when }: Workflow) => {
    if (when === null) return true;
    const person = { ...user };
    const records = { row, record: row, user: person, initiator: person };
    const result = holds(when, { records, clock: clockAt(site.time_zone) });
    return result.kind === 'value' ? result.value : true;
  };
  return found.flatMap(({ data }) => {
    if (!data?.may_start || !data.by.includes('button') || (pending && data.use === 'approval')) return [];
    return begins(data) ? data : [];
  });
}

/** What begins at the press of a button, and asks nothing before. */
export function Begin({ flows, row }: { flows: Workflow[]; row: Row }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const beginning = useOnce({
    mutationFn: async (flow: Workflow) => {
      await submit(flow.name, { record: row.id }, crypto.randomUUID());
      return flow.label;
    },
    onSuccess: async (workflow) => {
      toast({ text: t('record.began', { workflow }), tone: 'done' });
      // Its steps are done by workers, a moment later.
      setTimeout(() => void queries.invalidateQueries(), SOON);
      await queries.invalidateQueries();
    },
    onError: failed,
  });
  return flows.map((one) => (
    <Button
      key={one.name}
      icon={<Play size={15} />}
      title={one.description ?? undefined}
      loading={beginning.isPending}
      onClick={() => beginning.mutate(one)}
    >
      {one.label}
    </Button>
  ));
}

/** Puts a record into a flow, once the way it will go was looked at. */
export function Submit({ object, flows, row }: { object: ObjectDefinition; flows: Workflow[]; row: Row }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [asking, setAsking] = useState<Workflow>();
  // One key for all tries: what arrived although no answer came is not submitted twice.
  const key = useMemo(() => crypto.randomUUID(), [asking]);
  const submitting = useOnce({
    mutationFn: ({ flow, body }: { flow: Workflow; body: Submitted }) => submit(flow.name, body, key),
    onSuccess: async () => {
      setAsking(undefined);
      toast({ text: t('record.submitted'), tone: 'done' });
      await queries.invalidateQueries();
    },
  });
  const begin = (flow: Workflow | undefined) => {
    submitting.reset();
    setAsking(flow);
  };
  return (
    <>
      {flows.length > SEVERAL ? (
        <Dropdown
          trigger={['click']}
          menu={{
            items: flows.map(({ name, label }) => ({ key: name, label })),
            onClick: ({ key: name }) => begin(flows.find((one) => one.name === name)),
          }}
        >
          <Button type="primary" icon={<Send size={15} />} aria-haspopup="menu">
            {t('record.submit')}
          </Button>
        </Dropdown>
      ) : (
        flows.map((one, at) => (
          <Button
            key={one.name}
            type={at === 0 ? 'primary' : 'default'}
            icon={<Send size={15} />}
            aria-haspopup="dialog"
            onClick={() => begin(one)}
          >
            {flows.length > 1 ? t('record.submitTo', { workflow: one.label }) : t('record.submit')}
          </Button>
        ))
      )}
      {asking && (
        <Suspense fallback={null}>
          <SubmitDialog
            object={object}
            record={row.id}
            flow={asking}
            error={submitting.error}
            busy={submitting.isPending}
            onSubmit={(body) => submitting.mutate({ flow: asking, body })}
            onClose={() => setAsking(undefined)}
          />
        </Suspense>
      )}
    </>
  );
}

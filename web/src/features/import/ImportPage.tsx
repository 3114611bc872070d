import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDefinition } from '../../api/definitions';
import { atWork, importQuery, type ImportPlan, orderStep, type WholeImport } from '../../api/imports';
import { useOnce } from '../../api/once';
import { failureOf } from '../../definition/problem';
import { ErrorState } from '../../ui/ErrorState';
import { Page } from '../../ui/Page';
import { Panels } from '../../ui/Panel';
import { Waiting } from '../../ui/Skeleton';
import { toast } from '../../ui/toast';
import { Checked } from './Checked';
import { Done } from './Done';
import { Mapping } from './Mapping';
import { forgetPlan, keepPlan, sent, startPlan } from './plan';
import { Progress } from './Progress';
import { Standing } from './Standing';
import { Steps } from './Steps';

const route = getRouteApi('/inside/imports/$id');

/** One import, wherever it stands: who leaves it finds it here as it is by then. */
export function ImportPage() {
  const { id } = route.useParams();
  const found = useQuery(importQuery(id));
  if (failureOf(found)) return <ErrorState error={found.error} reset={() => void found.refetch()} />;
  if (found.data === undefined) return <Waiting />;
  return <Standings key={id} one={found.data} />;
}

type Step = Parameters<typeof orderStep>[1];
export type Order = (step: Step, plan?: ImportPlan) => void;

function Standings({ one }: { one: WholeImport }) {
  const { t } = useTranslation();
  const object = useDefinition('object', one.object);
  const queries = useQueryClient();
  const [plan, setPlan] = useState(() => startPlan(one, object.key !== null));
  const [mapping, setMapping] = useState(false);
  const ordering = useOnce({
    mutationFn: ({ step, body }: { step: Step; body?: ImportPlan }) => orderStep(one.id, step, body),
    onSuccess: async () => {
      forgetPlan(one.id);
      setMapping(false);
      await queries.invalidateQueries({ queryKey: ['imports'] });
    },
  });
  const order: Order = (step, body) => ordering.mutate({ step, ...(body ? { body: sent(body) } : {}) });
  const change = (next: ImportPlan) => {
    setPlan(next);
    keepPlan(one.id, next);
  };
  useFresh(one);
  const busy = atWork(one) || ordering.isPending;
  const maps = !busy && (one.step === 'uploaded' || (one.step === 'check' && mapping));
  return (
    <Page
      title={t('import.title', { object: object.plural })}
      actions={
        <>
          <Standing one={one} />
          <Link to="/records/$object/import" params={{ object: one.object }}>
            {t('import.others')}
          </Link>
        </>
      }
    >
      <Steps one={one} mapping={maps} />
      <Panels>
        {busy ? (
          <Progress one={one} />
        ) : maps ? (
          <Mapping
            one={one}
            object={object}
            plan={plan}
            onPlan={change}
            refusal={ordering.error}
            onCheck={() => order('check', plan)}
          />
        ) : one.step === 'check' ? (
          <Checked one={one} object={object} refusal={ordering.error} onOrder={order} onMap={() => setMapping(true)} />
        ) : (
          <Done one={one} object={object} refusal={ordering.error} onOrder={order} />
        )}
      </Panels>
    </Page>
  );
}

/** What was read of the object before is old once its import has ended; whoever looks elsewhere by then is told. */
function useFresh(one: WholeImport): void {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const before = useRef(one);
  useEffect(() => {
    // Short work has ended by the time it is looked at first: it was never seen at work.
    const { step, state } = before.current;
    before.current = one;
    if (atWork(one) || (one.step === step && one.state === state)) return;
    if (one.step !== 'check') void queries.invalidateQueries({ queryKey: ['records', one.object] });
    if (document.hidden) toast({ text: t('import.ended', { name: one.name }), tone: 'done' });
  }, [one, queries, t]);
}

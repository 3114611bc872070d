import { keepPreviousData, useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { Flag, Send } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { previewQuery, type Submitted } from '../../api/tasks';
import { Problem } from '../../definition/problem';
import type { ObjectDefinition, Workflow } from '../../definition/types';
import { moment } from '../../fields/date';
import type { PredictedPath } from '../../definition/schema.gen';
import { treeAhead } from '../../flows/ahead';
import { Comment, Wrong } from '../../flows/Comment';
import flows from '../../flows/flows.module.css';
import { FlowTree } from '../../flows/FlowTree';
import { isPicked, type Picked, PicksInput, sentPicks, wrongPicks } from '../../flows/Picks';
import { useNamed } from '../../flows/useNamed';
import { Dialog } from '../../ui/Dialog';
import { Waiting } from '../../ui/Skeleton';
import styles from './record.module.css';

interface Props {
  object: ObjectDefinition;
  record: string;
  flow: Workflow;
  /** Why it was refused. */
  error: Error | null;
  busy: boolean;
  onSubmit: (submitted: Submitted) => void;
  onClose: () => void;
}

/** The way that a record will go, before it is put into a flow; who has to name people does so here. */
export default function SubmitDialog({ object, record, flow, error, busy, onSubmit, onClose }: Props) {
  const { t } = useTranslation();
  const [picked, setPicked] = useState<Picked>({});
  const [comment, setComment] = useState('');
  const picks = sentPicks(picked);
  const found = useQuery({ ...previewQuery(flow.name, record, picks), placeholderData: keepPreviousData });
  // People who are refused leave the way as it was foreseen before.
  const [last, setLast] = useState<PredictedPath>();
  if (found.data !== undefined && found.data !== last) setLast(found.data);
  const path: PredictedPath | undefined = found.data ?? last;
  const steps = useMemo(() => (path ? treeAhead(path) : []), [path]);
  const labels = new Map([...(path?.steps ?? []), ...(path?.skipped ?? [])].map((one) => [one.node, one.label]));
  const findings = [error, found.error].flatMap((one) => (one instanceof Problem ? [...one.findings] : []));
  const wrong = wrongPicks(new Map(findings));
  const whole = [error, found.error].filter((one) => one !== null).filter((one) => !isSaidAt(one));
  const asked = path?.picks ?? [];
  return (
    <Dialog
      title={t('flows.submitTo', { workflow: flow.label })}
      width={720}
      onClose={onClose}
      footer={
        <Button
          type="primary"
          icon={<Send size={15} aria-hidden />}
          loading={busy}
          disabled={(path === undefined && found.error === null) || !isPicked(asked, picked)}
          onClick={() =>
            onSubmit({
              record,
              ...(comment.trim() === '' ? {} : { comment }),
              ...(Object.keys(picks).length === 0 ? {} : { picks }),
            })
          }
        >
          {t('record.submit')}
        </Button>
      }
    >
      <div className={styles.submit}>
        <PicksInput asked={asked} labels={labels} value={picked} onChange={setPicked} wrong={wrong} />
        {whole.map((one) => (
          <Wrong key={one.message}>{one.message}</Wrong>
        ))}
        {path === undefined && found.isPending && <Waiting />}
        {path !== undefined && (
          <section aria-label={t('flows.ahead')} aria-busy={found.isFetching}>
            <h3>{t('flows.ahead')}</h3>
            <Way path={path} steps={steps} object={object} />
          </section>
        )}
        <Comment value={comment} onChange={setComment} />
      </div>
    </Dialog>
  );
}

/** Whether a refusal is said at the people it is about. */
function isSaidAt(error: Error): boolean {
  if (!(error instanceof Problem)) return false;
  const paths = [...error.findings.keys()];
  return paths.length > 0 && paths.every((path) => path.startsWith('picks.'));
}

function Way({
  path,
  steps,
  object,
}: {
  path: PredictedPath;
  steps: ReturnType<typeof treeAhead>;
  object: ObjectDefinition;
}) {
  const { t } = useTranslation();
  const named = useNamed(object);
  const { finish, outcome, halted } = path;
  return (
    <>
      {halted !== null && (
        <p className={styles.halted} role="note">
          {halted.message ?? t('flows.halted')}
        </p>
      )}
      {steps.length === 0 ? (
        <p>{t('flows.nothing')}</p>
      ) : (
        <FlowTree steps={steps} named={named} label={t('flows.ahead')} />
      )}
      {outcome !== null && (
        <p className={flows.ends}>
          <Flag size={15} aria-hidden />
          <span>{t('flows.endsWith', { outcome: t(`approvals.states.${outcome}`) })}</span>
          {finish && <span>{t('flows.finish', { when: moment(finish) })}</span>}
        </p>
      )}
    </>
  );
}

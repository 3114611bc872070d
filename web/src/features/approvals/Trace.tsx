import { useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { CircleAlert, Printer } from 'lucide-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useDefinition } from '../../api/definitions';
import { predictionQuery, type WholeInstance } from '../../api/tasks';
import { moment } from '../../fields/date';
import { Due } from '../../flows/Due';
import { FlowTree } from '../../flows/FlowTree';
import { treeTraced } from '../../flows/traced';
import { useNamed } from '../../flows/useNamed';
import { lasted, relative } from '../../texts/moment';
import { State, type Tone } from '../../ui/State';
import styles from './approvals.module.css';
import { Log } from './Log';

const TONES: Record<WholeInstance['state'], Tone> = {
  running: 'blue',
  suspended: 'gold',
  approved: 'green',
  done: 'green',
  rejected: 'red',
  withdrawn: 'grey',
  cancelled: 'grey',
};

/** How far a flow is: the steps it took, where it waits and for whom, what lies ahead, and what happened so far. */
export function Trace({ instance }: { instance: WholeInstance }) {
  const { t } = useTranslation();
  const runs = instance.ended_at === null;
  const { data: predicted } = useQuery({ ...predictionQuery(instance.id), enabled: runs });
  const named = useNamed(useDefinition('object', instance.record.object));
  const steps = useMemo(() => treeTraced(instance, runs ? predicted : null), [instance, runs, predicted]);
  const halted = predicted?.halted;
  return (
    <section className={styles.trace} aria-label={t('approvals.trace')}>
      <header className={styles.traceHead}>
        <h2>{t('approvals.trace')}</h2>
        <State tone={TONES[instance.state]}>{t(`approvals.states.${instance.state}`)}</State>
        <Due of={instance} />
        <span className={styles.space} />
        <Button
          type="text"
          size="small"
          className={styles.print ?? ''}
          icon={<Printer size={15} aria-hidden />}
          onClick={() => print()}
        >
          {t('flows.print')}
        </Button>
      </header>
      <Begun instance={instance} />
      {runs && halted && halted.node === null && (
        <p className={styles.halted} role="note">
          <CircleAlert size={14} aria-hidden /> {halted.message ?? t('flows.halted')}
        </p>
      )}
      <FlowTree steps={steps} named={named} label={t('flows.steps')} />
      <Ends instance={instance} finish={(runs && predicted?.finish) || null} />
      <Log instance={instance} />
    </section>
  );
}

/** Who asked for it, and when. */
function Begun({ instance: { initiator, started_at: at } }: { instance: WholeInstance }) {
  const { t } = useTranslation();
  return (
    <p className={styles.about}>
      {t('flows.begun', { name: initiator?.title ?? t('record.system') })}{' '}
      <time className="number" dateTime={at} title={relative(at, Date.now())}>
        {moment(at)}
      </time>
    </p>
  );
}

/** How it ended, or when it is expected to. */
function Ends({ instance, finish }: { instance: WholeInstance; finish: string | null }) {
  const { t } = useTranslation();
  const { started_at: begun, ended_at: ended, state } = instance;
  if (ended === null && finish === null) return null;
  return (
    <p className={styles.ends}>
      {ended !== null ? (
        <>
          <b>{t(`approvals.states.${state}`)}</b> <time dateTime={ended}>{moment(ended)}</time> ·{' '}
          {t('flows.tookInAll', { time: lasted((Date.parse(ended) - Date.parse(begun)) / 1000) })}
        </>
      ) : (
        t('flows.finish', { when: moment(finish ?? '') })
      )}
    </p>
  );
}

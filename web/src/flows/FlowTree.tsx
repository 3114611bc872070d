import { Check, CircleAlert, CornerUpLeft, Hourglass, Minus, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { moment } from '../fields/date';
import { lasted } from '../texts/moment';
import styles from './flows.module.css';
import { Seats } from './Seats';
import { Waits } from './Waits';
import type { Named } from './reason';
import { flat, type Lane, type Step, type StepState } from './tree';

interface Props {
  steps: readonly Step[];
  named: Named;
  label: string;
}

/** The steps of a flow below one another, with the branches of each beside one another where there is room. */
export function FlowTree({ steps, named, label }: Props) {
  return (
    <ol className={styles.tree} aria-label={label}>
      {steps.map((step) => (
        <Line key={step.node} step={step} named={named} />
      ))}
    </ol>
  );
}

const SIGNS: Partial<Record<StepState, typeof Check>> = {
  taken: Check,
  waiting: Hourglass,
  halted: CircleAlert,
  cancelled: X,
  skipped: Minus,
  not_taken: Minus,
};

function Line({ step, named }: { step: Step; named: Named }) {
  const { t } = useTranslation();
  const { state, lanes } = step;
  const Sign = SIGNS[state];
  // What happens by itself, and what is not walked, is told in one line.
  const small = step.asks === null && lanes.length === 0 && state !== 'waiting' && state !== 'halted';
  return (
    <li
      className={styles.step}
      data-state={state}
      data-small={small || undefined}
      aria-current={state === 'waiting' ? 'step' : undefined}
    >
      <span className={styles.sign}>{Sign && <Sign size={small ? 10 : 13} strokeWidth={2.5} aria-hidden />}</span>
      <div className={styles.head}>
        <span className={styles.name}>{step.label}</span>
        <Told step={step} />
        <When step={step} />
      </div>
      {step.halted !== undefined && (
        <p className={styles.halted} role="note">
          {step.halted || t('flows.halted')}
        </p>
      )}
      {step.assumed && state !== 'taken' && (
        <p className={styles.note}>{t('flows.assumed', { event: step.assumed })}</p>
      )}
      {step.seats.length > 0 && <Seats seats={step.seats} named={named} />}
      <Lanes lanes={lanes} named={named} />
    </li>
  );
}

/** States that their sign tells to whoever sees it. */
const SEEN: readonly StepState[] = ['taken', 'predicted', 'later'];

/** What became of a step in a word. */
function Told({ step: { state, because, unasked, returns, times, asks } }: { step: Step }) {
  const { t } = useTranslation();
  const left = unasked ? t(`flows.unasked.${unasked}`) : because && t(`flows.skipped.${because}`);
  const words = (state === 'skipped' && left) || t(`flows.states.${state}`);
  const more = [
    ...(asks === 'cc' ? [t('flows.copies')] : []),
    ...(times > 1 ? [t('flows.times', { count: times })] : []),
  ];
  return (
    <>
      <span className={SEEN.includes(state) ? 'visually-hidden' : styles.told}>{words}</span>
      {more.length > 0 && <span className={styles.more}>{more.join(' · ')}</span>}
      {returns > 0 && (
        <span className={styles.returns}>
          <CornerUpLeft size={12} aria-hidden /> {t('flows.returned', { count: returns })}
        </span>
      )}
    </>
  );
}

/** How long a step took, for how long it waits, or when it is expected to be done. */
function When({ step: { state, since, until, seconds, expected, seats, lanes } }: { step: Step }) {
  const { t } = useTranslation();
  const told = seats.some((seat) => seat.state === 'open') || lanes.length > 0;
  const took = (state === 'taken' || state === 'cancelled') && seconds != null && seconds >= 60;
  const ahead = (state === 'waiting' || state === 'predicted') && expected;
  const waits = state === 'waiting' && since && !told;
  if (!took && !ahead && !waits) return null;
  return (
    <span className={styles.when}>
      {took && (
        <time dateTime={until ?? undefined} title={until ? moment(until) : undefined}>
          {lasted(seconds)}
        </time>
      )}
      {waits && <Waits since={since} />}
      {waits && ahead && ' · '}
      {ahead && <time dateTime={expected}>{t('flows.expected', { when: moment(expected) })}</time>}
    </span>
  );
}

function Lanes({ lanes, named }: { lanes: readonly Lane[]; named: Named }) {
  const { t } = useTranslation();
  // A branch without steps is told in a line, as one that is not walked.
  const isShort = (lane: Lane) => lane.taken === false || lane.steps.length === 0;
  const left = lanes.filter(isShort);
  const shown = lanes.filter((lane) => !isShort(lane));
  const called = (lane: Lane) => {
    if (lane.way !== 'steps') return t(`flows.ways.${lane.way}`);
    return lane.name === 'otherwise' && lane.label === lane.name ? t('flows.otherwise') : lane.label;
  };
  return (
    <>
      {shown.length > 0 && (
        <div className={styles.lanes}>
          {shown.map((lane) => (
            <section key={lane.key} className={styles.lane} data-named={lane.label !== null || lane.way !== 'steps'}>
              {called(lane) !== null && <h3>{called(lane)}</h3>}
              <FlowTree steps={lane.steps} named={named} label={called(lane) ?? t('flows.inner')} />
            </section>
          ))}
        </div>
      )}
      {left.length > 0 && (
        <ul className={styles.left} aria-label={t('flows.branches')}>
          {left.map((lane) => (
            <li key={lane.key}>
              {lane.taken === false ? <Minus size={12} aria-hidden /> : <Check size={12} aria-hidden />}
              <span>
                {called(lane)}
                {names(lane) && ` (${names(lane)})`} · {t(lane.taken === false ? 'flows.notTaken' : 'flows.goesOn')}
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** The steps of a branch that is not walked which would ask somebody. */
function names(lane: Lane): string {
  const asking = flat(lane.steps).filter((step) => step.asks !== null && step.label !== lane.label);
  return asking.map((step) => step.label).join(', ');
}

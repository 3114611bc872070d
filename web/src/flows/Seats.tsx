import { useTranslation } from 'react-i18next';
import { moment } from '../fields/date';
import { Face } from '../ui/Face';
import { Due } from './Due';
import { Waits } from './Waits';
import styles from './flows.module.css';
import { type Named, reasonOf } from './reason';
import type { Seat } from './tree';

/** So many are told by name where several would be asked for the same reason. */
const NAMED = 6;
/** How somebody came to a seat, where it is not as the flow says. */
const TOLD = ['transferred', 'delegated', 'added', 'substituted', 'escalated', 'fallback', 'absent'];

/** Who acts at a step, acted or would act, each with why it is this person. */
export function Seats({ seats, named }: { seats: readonly Seat[]; named: Named }) {
  const { t } = useTranslation();
  const together = (seat: Seat) => seat.state === 'predicted' || seat.kind === 'cc';
  const groups = new Map<string, Seat[]>();
  for (const seat of seats.filter(together)) {
    const key = [seat.kind, seat.state === 'predicted', reasonOf(t, seat.why, named), ...notes(t, seat)].join('\n');
    groups.set(key, [...(groups.get(key) ?? []), seat]);
  }
  return (
    <ul className={styles.seats}>
      {seats
        .filter((seat) => !together(seat))
        .map((seat) => (
          <Acting key={seat.key} seat={seat} named={named} />
        ))}
      {[...groups].map(([key, group]) => (
        <Alike key={key} seats={group} named={named} />
      ))}
    </ul>
  );
}

type Words = ReturnType<typeof useTranslation>['t'];

/** What is told of a seat beside its rule. */
function notes(t: Words, seat: Seat): string[] {
  const { origin, inPlaceOf, addedBy, by, automatic } = seat;
  const told = TOLD.includes(origin) && !(inPlaceOf && origin === 'absent') && !(addedBy && origin === 'added');
  return [
    ...(told ? [t(`approvals.origins.${origin}`)] : []),
    ...(addedBy ? [t('flows.addedBy', { name: addedBy.title ?? '—' })] : []),
    ...(inPlaceOf ? [t('flows.inPlaceOf', { name: inPlaceOf.person?.title ?? '—', until: inPlaceOf.until })] : []),
    ...(seat.skipped ? [t(`flows.notNeeded.${seat.skipped}`)] : []),
    ...(automatic ? [t('flows.automatic')] : by ? [t('flows.decidedBy', { name: by.title ?? '—' })] : []),
  ];
}

function Acting({ seat, named }: { seat: Seat; named: Named }) {
  const { t } = useTranslation();
  const { person, state, at, due, since } = seat;
  const waits = state === 'open';
  return (
    <li className={styles.seat} data-state={state}>
      <Face name={person?.title ?? '?'} size={22} />
      <div className={styles.who}>
        <span>{person?.title ?? '—'}</span>
        <small>{[reasonOf(t, seat.why, named), ...notes(t, seat)].join(' · ')}</small>
        <span className={styles.outcome}>
          <b>{state === 'superseded' && at ? t('flows.void') : t(`approvals.states.${state}`)}</b>
          {at && (
            <time className="number" dateTime={at}>
              {moment(at)}
            </time>
          )}
          {waits && since && <Waits since={since} />}
          {waits && due && <Due of={{ due_at: due, state: 'open' }} />}
        </span>
      </div>
      {seat.comment && <q>{seat.comment}</q>}
    </li>
  );
}

/** Several who would be asked for the same reason, or who are told. */
function Alike({ seats, named }: { seats: readonly Seat[]; named: Named }) {
  const { t } = useTranslation();
  const [first] = seats;
  if (first === undefined) return null;
  const known = seats.flatMap((seat) => seat.person ?? []);
  const shown = known.slice(0, NAMED);
  const ahead = first.state === 'predicted';
  return (
    <li className={styles.alike} data-state={first.state}>
      <span className={styles.names}>
        {shown.map((person) => (
          <span key={person.id}>
            <Face name={person.title ?? '?'} size={22} /> {person.title ?? '—'}
          </span>
        ))}
        {known.length === 0 && <span className={styles.nobody}>{t('flows.notNamed')}</span>}
        {known.length > NAMED && <span>{t('flows.further', { count: known.length - NAMED })}</span>}
      </span>
      <small>
        {[
          ...(first.kind === 'cc' && !ahead ? [t('flows.copied')] : []),
          reasonOf(t, first.why, named),
          ...notes(t, first),
        ].join(' · ')}
      </small>
    </li>
  );
}

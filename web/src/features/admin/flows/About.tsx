import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { FoundInstance } from '../../../api/flows';
import { moment } from '../../../fields/date';
import { relative } from '../../../texts/moment';
import { useCalled } from '../useCalled';
import styles from './flows.module.css';

/** Something with less important words below it. */
export function Two({ children, below }: { children: React.ReactNode; below: React.ReactNode }) {
  return (
    <span className={styles.two}>
      {children}
      <small>{below}</small>
    </span>
  );
}

/** The record of a flow, by its title and what it is. */
export function AboutRecord({ record }: { record: FoundInstance['record'] }) {
  const called = useCalled('object');
  return (
    <Two below={called(record.object)}>
      <Link to="/records/$object/$id" params={{ object: record.object, id: record.id }}>
        {record.title ?? '—'}
      </Link>
    </Two>
  );
}

/** The steps at which a flow stands, with who is waited for. */
export function Stands({ waiting }: { waiting: FoundInstance['waiting'] }) {
  if (waiting.length === 0) return <>—</>;
  return (
    <span className={styles.stands}>
      {waiting.map(({ node, label, holders }) => (
        <Two key={node} below={holders.map((one) => one?.title ?? one?.login ?? '—').join(', ')}>
          {label}
        </Two>
      ))}
    </span>
  );
}

/** Until when a flow should end; one that is late stands out. */
export function Until({ due, over }: { due: string | null; over: boolean }) {
  const { t } = useTranslation();
  if (due === null) return <>—</>;
  const now = Date.now();
  const late = !over && Date.parse(due) < now;
  return (
    <time className={late ? styles.late : 'number'} dateTime={due} title={moment(due)}>
      {late ? t('approvals.overdue', { when: relative(due, now) }) : moment(due)}
    </time>
  );
}

/** The version under which a flow runs, by the beginning of its hash; an older one says so. */
export function Version({ definition, current }: Pick<FoundInstance, 'definition' | 'current'>) {
  const { t } = useTranslation();
  return (
    <span title={definition}>
      <code className={styles.hash}>{definition.slice(0, 7)}</code>
      {!current && ` · ${t('admin.flows.older')}`}
    </span>
  );
}

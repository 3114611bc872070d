import { useQuery } from '@tanstack/react-query';
import { History } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { history } from '../../api/records';
import { lastSeen, saw } from '../../api/seen';
import { usePerson } from '../../api/session';
import type { WholeInstance } from '../../api/tasks';
import type { ObjectDefinition } from '../../definition/types';
import { ChangeLine } from '../../forms/ChangeLine';
import { useShown } from '../../forms/useRecord';
import styles from './approvals.module.css';
import { decidedAbout, differences } from './differences';

interface Props {
  instance: WholeInstance;
  /** As the step shows it. */
  object: ObjectDefinition;
}

/** What became of the record since this person looked at it, or decided about it in this flow; nothing where nothing did. */
export function Changed({ instance, object }: Props) {
  const { t } = useTranslation();
  const person = usePerson();
  const { id } = instance.record;
  const { found } = useShown(object, id);
  const version = found.data?.version;
  const before = useRef(lastSeen(id));
  // What changes while it is looked at is told, too.
  if (
    before.current === undefined &&
    version !== undefined &&
    instance.tasks.every((one) => one.decided_by?.id !== person.id)
  ) {
    before.current = version;
  }
  const known = before.current;
  const { data: changes } = useQuery({
    queryKey: ['record', object.name, id, 'history', version],
    queryFn: () => history(object.name, id),
    enabled: object.features.history && version !== undefined && (known === undefined || known < version),
    retry: false,
  });
  const seen = useRef(version);
  seen.current = version;
  useEffect(() => {
    return () => {
      if (seen.current !== undefined) saw(id, seen.current);
    };
  }, [id]);
  const since = known ?? (changes && decidedAbout(instance, person.id, changes));
  const shown =
    since === undefined ? [] : differences(changes ?? [], since).filter(({ field }) => field in object.fields);
  if (shown.length === 0) return null;
  return (
    <section className={styles.changed} aria-label={t('approvals.changed')}>
      <h2>
        <History size={15} aria-hidden /> {t('approvals.changed')}
      </h2>
      {shown.map((one) => {
        const field = object.fields[one.field];
        return field && <ChangeLine key={one.field} field={field} change={one} />;
      })}
    </section>
  );
}

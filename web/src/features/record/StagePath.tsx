import type { Row } from '../../api/records';
import type { ObjectDefinition } from '../../definition/types';
import { useTranslation } from 'react-i18next';
import styles from './record.module.css';

/** The stages a record passes, in the order of their options, and where it stands. */
export function StagePath({ object, row }: { object: ObjectDefinition; row: Row }) {
  const { t } = useTranslation();
  const { transitions } = object;
  const options = transitions && object.fields[transitions.field]?.options;
  if (!transitions || !options) return null;
  const stages = Object.keys(options).filter((name) => !options[name]?.retired);
  const now = row[transitions.field];
  const at = stages.indexOf(String(now));
  // A stage that nothing leads on from ends the path; those beside it were not passed.
  const ends = (name: string) => !Object.values(transitions.moves).some((move) => move.from.includes(name));
  return (
    <ol className={styles.path} tabIndex={0} aria-label={t('record.stages')}>
      {stages
        .filter((name, place) => name === now || !ends(name) || place > at)
        .map((name) => (
          <li
            key={name}
            aria-current={name === now ? 'step' : undefined}
            data-passed={(stages.indexOf(name) < at && !ends(name)) || undefined}
          >
            {options[name]?.label}
          </li>
        ))}
    </ol>
  );
}

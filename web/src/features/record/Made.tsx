import { Link } from '@tanstack/react-router';
import { CircleCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useLabels } from '../../api/definitions';
import type { Known } from '../../api/visited';
import { useTitles } from '../../api/titles';
import styles from './record.module.css';

/** The records that an action has just made, and the way to them. */
export function Made({ made }: { made: readonly Known[] }) {
  const { t } = useTranslation();
  const titles = useTitles(made);
  const called = useLabels();
  const shown = made.filter((one) => titles.has(one.id));
  return (
    <div role="status">
      {shown.length > 0 && (
        <p className={styles.made}>
          <CircleCheck size={16} aria-hidden />
          <span>{t('record.made')}</span>
          {shown.map(({ object, id }) => (
            <Link key={id} to="/records/$object/$id" params={{ object, id }}>
              {t('record.madeOne', { object: called('object', object), title: titles.get(id) })}
            </Link>
          ))}
        </p>
      )}
    </div>
  );
}

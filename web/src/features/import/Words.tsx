import { useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import Select from 'antd/es/select';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type ImportPlan, valuesQuery } from '../../api/imports';
import type { Field } from '../../definition/types';
import { choices } from '../../fields/select';
import styles from './import.module.css';
import { withValue } from './plan';

interface Props {
  id: string;
  column: string;
  target: string;
  field: Field;
  plan: ImportPlan;
  onPlan: (plan: ImportPlan) => void;
}

/** What the cell means that leaves the field as it is. */
const NOTHING = '';

/** Which words of a column stand for which values; those that are known already are only shown when one asks. */
export function Words({ id, column, target, field, plan, onPlan }: Props) {
  const { t, i18n } = useTranslation();
  const [open, setOpen] = useState(false);
  const { data, error } = useQuery(valuesQuery(id, column, target));
  if (error) return <p className={styles.words}>{error.message}</p>;
  if (data === undefined) return <p className={styles.words}>{t('import.countingWords')}</p>;
  const chosen = plan.values[column] ?? {};
  const unknown = data.values.filter(({ value, means }) => means === null && chosen[value] === undefined);
  const offered =
    field.type === 'boolean'
      ? [
          { value: 'true', label: t('field.yes') },
          { value: 'false', label: t('field.no') },
        ]
      : choices(field, []);
  const options = [...offered, { value: NOTHING, label: t('import.leaveEmpty') }];
  return (
    <div className={styles.words}>
      <div className={styles.wordsHead}>
        <span>
          {t('import.words', { count: data.values.length })}
          {unknown.length > 0 && <b className={styles.unknown}>{t('import.unknown', { count: unknown.length })}</b>}
        </span>
        <Button size="small" aria-expanded={open} onClick={() => setOpen(!open)}>
          {t(open ? 'import.closeWords' : 'import.openWords')}
        </Button>
      </div>
      {open && (
        <ul className={styles.wordList}>
          {data.values.map(({ value, count, means }) => (
            <li key={value}>
              <span className={styles.word}>
                {value} <small className="number">× {count.toLocaleString(i18n.language)}</small>
              </span>
              <Select
                aria-label={t('import.means', { word: value })}
                value={chosen[value] ?? (means === null ? undefined : String(means))}
                options={options}
                placeholder={t('import.refused')}
                status={means === null && chosen[value] === undefined ? 'warning' : ''}
                allowClear={chosen[value] !== undefined}
                style={{ width: '100%' }}
                onChange={(next?: string) => onPlan(withValue(plan, column, value, next))}
              />
            </li>
          ))}
          {data.more && <li className={styles.quiet}>{t('import.moreWords', { count: data.values.length })}</li>}
        </ul>
      )}
    </div>
  );
}

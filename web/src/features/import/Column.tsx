import Select from 'antd/es/select';
import { ArrowRight, CircleAlert } from 'lucide-react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportPlan, WholeImport } from '../../api/imports';
import type { ObjectDefinition } from '../../definition/types';
import styles from './import.module.css';
import { withField } from './plan';
import { hasFewValues, type Target } from './targets';
import { Words } from './Words';

interface Props {
  id: string;
  object: ObjectDefinition;
  column: WholeImport['columns'][number];
  targets: Target[];
  plan: ImportPlan;
  onPlan: (plan: ImportPlan) => void;
  /** Another column fills the same. */
  clashes: boolean;
}

/** A column of the file with some of what stands in it, and the field it fills. */
export function Column({ id, object, column, targets, plan, onPlan, clashes }: Props) {
  const { t } = useTranslation();
  const own = useId();
  const { name, samples } = column;
  const filled = plan.columns[name] ?? null;
  const target = targets.find((one) => one.value === filled);
  const field = target === undefined ? undefined : object.fields[target.field];
  const options = targets.map((one) => ({
    value: one.value,
    label: one.by === undefined ? one.label : `${one.label} · ${one.by}`,
  }));
  const shown = samples.filter((sample) => sample.trim() !== '');
  return (
    <li className={styles.column} data-column={name}>
      <div className={styles.from}>
        <strong id={own}>{name === '' ? t('import.unnamedColumn') : name}</strong>
        <span className={styles.samples}>{shown.length === 0 ? t('import.noSamples') : shown.join(' · ')}</span>
      </div>
      <ArrowRight size={16} aria-hidden className={styles.arrow} />
      <div className={styles.to}>
        <Select
          aria-label={t('import.fills', { column: name })}
          value={filled ?? undefined}
          options={filled !== null && target === undefined ? [...options, { value: filled, label: filled }] : options}
          placeholder={t('import.leftOut')}
          allowClear
          status={clashes ? 'error' : ''}
          showSearch={{ optionFilterProp: 'label' }}
          style={{ width: '100%' }}
          onChange={(next?: string) => onPlan(withField(plan, name, next ?? null))}
        />
        {clashes && (
          <span className={styles.wrong}>
            <CircleAlert size={14} aria-hidden />
            {t('import.twice')}
          </span>
        )}
      </div>
      {field !== undefined && filled !== null && hasFewValues(field) && (
        <Words id={id} column={name} target={filled} field={field} plan={plan} onPlan={onPlan} />
      )}
    </li>
  );
}

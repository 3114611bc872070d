import { Check } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { atWork, type WholeImport } from '../../api/imports';
import styles from './import.module.css';

const STEPS = ['file', 'columns', 'check', 'load'] as const;

/** How far the way through an import is gone. */
export function Steps({ one, mapping }: { one: WholeImport; mapping: boolean }) {
  const { t } = useTranslation();
  const loads = one.step === 'run' || one.step === 'undo';
  const at = mapping ? 1 : loads ? 3 : 2;
  const ended = one.step === 'run' && !atWork(one);
  return (
    <ol className={styles.steps} aria-label={t('import.way')}>
      {STEPS.map((step, place) => (
        <li
          key={step}
          aria-current={place === at && !ended ? 'step' : undefined}
          data-done={place < at || ended || undefined}
        >
          <span aria-hidden>{place < at || ended ? <Check size={13} /> : place + 1}</span>
          {t(`import.steps.${step}`)}
        </li>
      ))}
    </ol>
  );
}

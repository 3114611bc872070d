import { Link } from '@tanstack/react-router';
import { ChevronDown, ChevronUp } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { SlowStep } from '../../../api/flows';
import { useCalled } from '../useCalled';
import { Two } from './About';
import { duration, type Measure } from './figures';
import styles from './flows.module.css';

interface Order {
  by: Measure;
  up: boolean;
}

interface Props {
  steps: readonly SlowStep[];
  order: Order;
  onOrder: (order: Order) => void;
}

const TIMES = ['median', 'p90', 'longest'] as const;

/** Steps with their times: a bar up to what nine of ten took, the half of them in it stronger. */
export function SlowSteps({ steps, order, onOrder }: Props) {
  const { t, i18n } = useTranslation();
  const called = useCalled('workflow');
  const most = Math.max(1, ...steps.map(({ p90 }) => p90 ?? 0));
  const time = (seconds: number | null) => (seconds === null ? '—' : duration(seconds, i18n.language));
  const head = (measure: Measure) => <Head key={measure} measure={measure} order={order} onOrder={onOrder} />;
  return (
    <div className={styles.frame} role="region" aria-label={t('admin.flows.bottlenecks')} tabIndex={0}>
      <table className={styles.slow}>
        <thead>
          <tr>
            <th scope="col">{t('admin.flows.step')}</th>
            <th scope="col" className={styles.barHead}>
              {t('admin.flows.share')}
            </th>
            {head('passed')}
            {TIMES.map(head)}
            {head('return_rate')}
            {head('waiting')}
          </tr>
        </thead>
        <tbody>
          {steps.map((step) => (
            <tr key={`${step.workflow} ${step.node}`}>
              <th scope="row">
                <Two below={called(step.workflow)}>{step.label}</Two>
              </th>
              <td className={styles.barCell}>
                <Bar median={step.median} p90={step.p90} most={most} />
              </td>
              <td data-label={t('admin.flows.columns.passed')}>{step.passed.toLocaleString(i18n.language)}</td>
              {TIMES.map((one) => (
                <td key={one} data-label={t(`admin.flows.measures.${one}`)}>
                  {time(step[one])}
                </td>
              ))}
              <td data-label={t('admin.flows.columns.return_rate')}>{percent(step.return_rate, i18n.language)}</td>
              <td data-label={t('admin.flows.columns.waiting')}>
                {step.waiting === 0 ? (
                  '—'
                ) : (
                  <Link to="/admin/flows" search={{ workflow: step.workflow, node: step.node }}>
                    {step.waiting.toLocaleString(i18n.language)}
                  </Link>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function percent(rate: number | null, language: string): string {
  return rate === null ? '—' : rate.toLocaleString(language, { style: 'percent', maximumFractionDigits: 1 });
}

/** One hue: what half took strong, what nine of ten took light. The figures stand beside it in words. */
function Bar({ median, p90, most }: { median: number | null; p90: number | null; most: number }) {
  const wide = (value: number | null) => (value === null ? 0 : Math.max(0.5, (value / most) * 100));
  return (
    <svg className={styles.bars} viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden>
      <rect className={styles.nine} width={wide(p90)} height="10" />
      <rect className={styles.half} width={wide(median)} height="10" />
    </svg>
  );
}

function Head({ measure, order, onOrder }: { measure: Measure; order: Order; onOrder: (order: Order) => void }) {
  const { t } = useTranslation();
  const on = order.by === measure;
  const Arrow = order.up ? ChevronUp : ChevronDown;
  return (
    <th scope="col" aria-sort={on ? (order.up ? 'ascending' : 'descending') : 'none'}>
      <button onClick={() => onOrder({ by: measure, up: on && !order.up })}>
        {t(`admin.flows.columns.${measure}`)}
        {on && <Arrow size={14} aria-hidden />}
      </button>
    </th>
  );
}

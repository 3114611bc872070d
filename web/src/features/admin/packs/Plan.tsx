import Button from 'antd/es/button';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PackPlan } from '../../../api/packs';
import { Panel } from '../../../ui/Panel';
import styles from '../admin.module.css';

interface Props {
  name: string;
  removes: boolean;
  plan: PackPlan;
  busy: boolean;
  onApply: () => void;
  onCancel: () => void;
}

/** What a change of packs would do, in words; done only by who has read it. */
export function Plan({ name, removes, plan, busy, onApply, onCancel }: Props) {
  const { t } = useTranslation();
  const [sure, setSure] = useState(false);
  const stands = plan.findings.length > 0;
  const nothing = plan.files.length === 0;
  const turned = Object.entries(plan.packs).filter(([, { before, after }]) => before !== after);
  const versions = turned.map(([pack, { before, after }]) =>
    t(before === null ? 'admin.packs.comes' : after === null ? 'admin.packs.goes' : 'admin.packs.becomes', {
      pack,
      before: before ?? '',
      after: after ?? '',
    }),
  );
  const stuck = plan.running.flatMap((of) =>
    of.stuck.map((one) => `${of.workflow} ${one.instance}: ${one.reasons.join('; ')}`),
  );
  return (
    <Panel
      title={t(removes ? 'admin.packs.planRemoval' : 'admin.packs.plan', { name })}
      help={nothing ? t('admin.packs.nothing') : undefined}
    >
      <ul className={styles.lines}>
        {versions.map((text) => (
          <li key={text}>{text}</li>
        ))}
        {plan.changes.map(({ what, records }) => (
          <li key={what}>
            {what}
            {records !== null && ` (${t('admin.packs.records', { count: records })})`}
          </li>
        ))}
        {plan.running.map(({ workflow, flows, movable }) => (
          <li key={workflow}>{t('admin.packs.running', { workflow, count: flows, movable })}</li>
        ))}
      </ul>
      {stands && (
        <>
          <strong className={styles.wrong}>{t('admin.packs.stands')}</strong>
          <ul className={styles.lines} role="alert">
            {plan.findings.map(({ title, detail, hint }, at) => (
              <li key={at}>{[detail ?? title, hint].filter(Boolean).join(' — ')}</li>
            ))}
          </ul>
        </>
      )}
      <More title={t('admin.packs.stuck', { count: stuck.length })} lines={stuck} />
      <More title={t('admin.packs.files', { count: plan.files.length })} lines={plan.files} />
      <More title={t('admin.packs.steps', { count: plan.steps.length })} lines={plan.steps} />
      <More title={t('admin.packs.statements', { count: plan.statements.length })} lines={plan.statements} />
      {removes && !stands && (
        <label className={styles.check}>
          <input type="checkbox" checked={sure} onChange={(event) => setSure(event.target.checked)} />
          {t('admin.packs.sure', { name })}
        </label>
      )}
      <div className={styles.actions}>
        <Button
          type="primary"
          danger={removes}
          loading={busy}
          disabled={stands || nothing || (removes && !sure)}
          onClick={onApply}
        >
          {t(removes ? 'admin.packs.remove' : 'admin.packs.apply')}
        </Button>
        <Button disabled={busy} onClick={onCancel}>
          {t('form.cancel')}
        </Button>
      </div>
    </Panel>
  );
}

function More({ title, lines }: { title: string; lines: string[] }) {
  if (lines.length === 0) return null;
  return (
    <details className={styles.details}>
      <summary>{title}</summary>
      <pre className={styles.raw}>{lines.join('\n')}</pre>
    </details>
  );
}

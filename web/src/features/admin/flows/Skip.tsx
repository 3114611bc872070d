import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type FlowIncident, skip } from '../../../api/flows';
import type { Json } from '../../../definition/json';
import { TextArea } from '../../../ui/TextArea';
import styles from './flows.module.css';
import { OrderDialog } from './OrderDialog';

interface Props {
  flow: string;
  incident: FlowIncident;
  onClose: () => void;
}

/** Leaves out what failed; a step that finds something out may be given what. */
export default function Skip({ flow, incident, onClose }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const [typed, setTyped] = useState('');
  const value = parsed(typed);
  return (
    <OrderDialog
      title={t('admin.flows.skipStep', { step: incident.label })}
      help={t('admin.flows.skipHelp')}
      label={t('admin.flows.skip')}
      danger
      ready={value !== 'wrong'}
      done={t('admin.flows.skipped')}
      act={(comment) => skip(flow, incident.token, value === 'wrong' ? undefined : value.json, comment)}
      onClose={onClose}
    >
      <div className={styles.field}>
        <label htmlFor={id}>{t('admin.flows.value')}</label>
        <TextArea
          id={id}
          className={styles.mono}
          aria-invalid={value === 'wrong'}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <small>{t(value === 'wrong' ? 'admin.flows.valueWrong' : 'admin.flows.valueHelp')}</small>
      </div>
    </OrderDialog>
  );
}

function parsed(typed: string): { json: Json | undefined } | 'wrong' {
  if (typed.trim() === '') return { json: undefined };
  try {
    return { json: JSON.parse(typed) as Json };
  } catch {
    return 'wrong';
  }
}

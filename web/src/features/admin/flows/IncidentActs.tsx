import Button from 'antd/es/button';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type FlowIncident, retry } from '../../../api/flows';
import { toast } from '../../../ui/toast';
import styles from './flows.module.css';
import Skip from './Skip';
import { useSilentOrder } from './useOrder';

/** What can be done about something that failed. */
export function IncidentActs({ flow, incident }: { flow: string; incident: FlowIncident }) {
  const { t } = useTranslation();
  const [skipping, setSkipping] = useState(false);
  const retrying = useSilentOrder(
    () => retry(flow, incident.token),
    () => toast({ text: t('admin.flows.retried', { count: 1 }), tone: 'done' }),
  );
  return (
    <span className={styles.acts}>
      <Button size="small" loading={retrying.isPending} onClick={() => retrying.mutate(undefined)}>
        {t('admin.flows.retry')}
      </Button>
      <Button size="small" onClick={() => setSkipping(true)}>
        {t('admin.flows.skipping')}
      </Button>
      {skipping && <Skip flow={flow} incident={incident} onClose={() => setSkipping(false)} />}
    </span>
  );
}

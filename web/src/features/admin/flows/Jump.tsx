import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { jump, jumpTargetsQuery } from '../../../api/flows';
import { Choice } from '../Choice';
import { Wrong } from '../Wrong';
import styles from './flows.module.css';
import { OrderDialog } from './OrderDialog';

/** Takes a flow to a step; what it would leave is told before. */
export default function Jump({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const { data: targets, error } = useQuery(jumpTargetsQuery(id));
  const [node, setNode] = useState<string>();
  const target = targets?.find((one) => one.node === node);
  return (
    <OrderDialog
      title={t('admin.flows.jumping')}
      label={t('admin.flows.jumpNow')}
      help={t('admin.flows.jumpHelp')}
      ready={target !== undefined}
      done={t('admin.flows.jumped')}
      act={(comment) => jump(id, node ?? '', comment)}
      onClose={onClose}
    >
      {error && <Wrong>{error.message}</Wrong>}
      <Choice
        label={t('admin.flows.toStep')}
        value={node}
        clears={false}
        busy={targets === undefined && error === null}
        options={(targets ?? []).map((one) => ({ value: one.node, label: one.label }))}
        onChange={setNode}
      />
      {target && (
        <div role="status">
          <ul className={styles.effects}>
            <li>
              {target.leaves.length === 0
                ? t('admin.flows.leavesNothing')
                : t('admin.flows.leaves', { steps: target.leaves.map((one) => one.label).join(', ') })}
            </li>
            {target.tasks > 0 && <li>{t('approvals.endTasks', { count: target.tasks })}</li>}
          </ul>
        </div>
      )}
    </OrderDialog>
  );
}

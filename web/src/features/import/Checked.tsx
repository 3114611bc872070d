import Button from 'antd/es/button';
import { useTranslation } from 'react-i18next';
import type { WholeImport } from '../../api/imports';
import type { ObjectDefinition } from '../../definition/types';
import { Panel } from '../../ui/Panel';
import { Figures } from './Figures';
import { Findings } from './Findings';
import styles from './import.module.css';
import type { Order } from './ImportPage';
import { Refusal } from './Refusal';
import { RejectedLinks } from './RejectedLinks';

interface Props {
  one: WholeImport;
  object: ObjectDefinition;
  refusal: Error | null;
  onOrder: Order;
  onMap: () => void;
}

/** What the trial found: what would be done, what is wrong, and whether to go on. */
export function Checked({ one, object, refusal, onOrder, onMap }: Props) {
  const { t } = useTranslation();
  const { created = 0, updated = 0, refused = 0, findings = [] } = one.report;
  const good = created + updated;
  const broken = one.state !== 'done';
  return (
    <>
      <Panel
        title={t(broken ? 'import.checkStopped' : 'import.checked')}
        help={t(broken ? 'import.checkStoppedHelp' : 'import.checkedHelp')}
        actions={refused > 0 && <RejectedLinks one={one} />}
      >
        <Figures
          figures={[
            { key: 'created', label: t('import.wouldCreate'), value: created, tone: 'ok' },
            { key: 'updated', label: t('import.wouldUpdate'), value: updated, tone: 'ok' },
            { key: 'refused', label: t('import.wouldRefuse'), value: refused, tone: 'bad' },
          ]}
        />
        {findings.length > 0 ? (
          <Findings object={object} findings={findings} />
        ) : (
          !broken && <p className={styles.quiet}>{t('import.allGood')}</p>
        )}
      </Panel>
      <Refusal error={refusal} />
      <div className={styles.actions}>
        {broken ? (
          <Button type="primary" onClick={() => onOrder('check')}>
            {t('import.checkAgain')}
          </Button>
        ) : (
          <Button type="primary" disabled={good === 0} onClick={() => onOrder('run')}>
            {t('import.load', { count: good })}
          </Button>
        )}
        <Button onClick={onMap}>{t('import.changePlan')}</Button>
      </div>
    </>
  );
}

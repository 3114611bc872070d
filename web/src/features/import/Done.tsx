import Button from 'antd/es/button';
import Popconfirm from 'antd/es/popconfirm';
import { useTranslation } from 'react-i18next';
import type { WholeImport } from '../../api/imports';
import type { ObjectDefinition } from '../../definition/types';
import { LinkButton } from '../../ui/LinkButton';
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
}

/** What an import did, and what its undo did. */
export function Done({ one, object, refusal, onOrder }: Props) {
  const { t } = useTranslation();
  const { created = 0, updated = 0, refused = 0, findings = [], undone } = one.report;
  const ran = one.step === 'run';
  const broken = one.state === 'failed' || one.state === 'cancelled';
  return (
    <>
      {undone && <Undone undone={undone} />}
      <Panel
        title={t(ran && broken ? 'import.runStopped' : 'import.done')}
        help={ran && broken ? t('import.runStoppedHelp') : undefined}
        actions={refused > 0 && <RejectedLinks one={one} />}
      >
        <Figures
          figures={[
            { key: 'created', label: t('import.created'), value: created, tone: 'ok' },
            { key: 'updated', label: t('import.updated'), value: updated, tone: 'ok' },
            { key: 'refused', label: t('import.notLoaded'), value: refused, tone: 'bad' },
          ]}
        />
        {findings.length > 0 && <Findings object={object} findings={findings} />}
      </Panel>
      <Refusal error={refusal} />
      <div className={styles.actions}>
        {broken && (
          <Button type="primary" onClick={() => onOrder(ran ? 'run' : 'undo')}>
            {t('import.goOn')}
          </Button>
        )}
        <LinkButton to="/records/$object" params={{ object: one.object }} type={ran && !broken ? 'primary' : 'default'}>
          {t('import.toList', { object: object.plural })}
        </LinkButton>
        {ran && created + updated > 0 && (
          <Popconfirm
            title={t('import.undoAsk', { count: created + updated })}
            description={t('import.undoHelp')}
            okText={t('import.undo')}
            onConfirm={() => onOrder('undo')}
          >
            <Button danger>{t('import.undo')}</Button>
          </Popconfirm>
        )}
      </div>
    </>
  );
}

function Undone({ undone }: { undone: NonNullable<WholeImport['report']['undone']> }) {
  const { t } = useTranslation();
  const kept = Object.entries(undone.kept);
  return (
    <Panel title={t('import.undone')}>
      <Figures
        figures={[
          { key: 'deleted', label: t('import.deleted'), value: undone.deleted, tone: 'ok' },
          { key: 'back', label: t('import.setBack'), value: undone.set_back, tone: 'ok' },
          {
            key: 'kept',
            label: t('import.kept'),
            value: kept.reduce((sum, [, count]) => sum + count, 0),
            tone: 'bad',
          },
        ]}
      />
      {kept.map(([reason, count]) => (
        <p key={reason} className={styles.quiet}>
          {t(`import.reasons.${reason === 'changed_since' || reason === 'gone' ? reason : 'other'}`, { count })}
        </p>
      ))}
    </Panel>
  );
}

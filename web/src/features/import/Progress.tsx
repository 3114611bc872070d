import Button from 'antd/es/button';
import { useTranslation } from 'react-i18next';
import type { WholeImport } from '../../api/imports';
import { cancelJob } from '../../api/jobs';
import { useOnce } from '../../api/once';
import { CountedBar } from '../../ui/CountedBar';
import { Panel } from '../../ui/Panel';
import { toast } from '../../ui/toast';
import styles from './import.module.css';
import { standing } from './Standing';

/** How far the job is; the page may be left meanwhile. */
export function Progress({ one }: { one: WholeImport }) {
  const { t } = useTranslation();
  const stopping = useOnce({
    mutationFn: cancelJob,
    onError: (error) => toast({ text: error.message, tone: 'wrong' }),
  });
  const { created = 0, updated = 0 } = one.report;
  const of = one.step === 'undo' ? created + updated : (one.progress?.of ?? one.lines);
  const word = t(`import.states.${standing(one)}`);
  return (
    <Panel
      title={word}
      help={t('import.leave')}
      actions={
        one.job !== null &&
        one.step !== 'undo' && (
          <Button loading={stopping.isPending} onClick={() => one.job !== null && stopping.mutate(one.job)}>
            {t('import.stop')}
          </Button>
        )
      }
    >
      <CountedBar label={one.name === '' ? word : one.name} done={one.progress?.done ?? 0} of={of} />
      <p className={styles.quiet}>{t('import.lines')}</p>
    </Panel>
  );
}

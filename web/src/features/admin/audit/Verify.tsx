import Button from 'antd/es/button';
import { CircleCheck, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useOnce } from '../../../api/once';
import { verifyAudit } from '../../../api/audit';
import { Panel } from '../../../ui/Panel';
import styles from '../admin.module.css';
import { Wrong } from '../Wrong';

/** Whether the trail is what was written. */
export function Verify() {
  const { t, i18n } = useTranslation();
  const verifying = useOnce({ mutationFn: verifyAudit });
  const { data, error } = verifying;
  const figure = (value: number) => value.toLocaleString(i18n.language);
  return (
    <Panel
      title={t('admin.audit.verification')}
      help={t('admin.audit.verificationHelp')}
      actions={
        <Button loading={verifying.isPending} onClick={() => verifying.mutate()}>
          {t('admin.audit.verify')}
        </Button>
      }
    >
      {error && <Wrong>{error.message}</Wrong>}
      {data && (
        <div role="status">
          <p>
            {data.broken === null ? (
              <>
                <CircleCheck size={16} aria-hidden /> <strong>{t('admin.audit.whole')}</strong>
              </>
            ) : (
              <span className={styles.wrong}>
                <TriangleAlert size={16} aria-hidden />{' '}
                <strong>
                  {t('admin.audit.broken', { number: data.broken.number ?? '—', what: data.broken.what })}
                </strong>
              </span>
            )}
          </p>
          <p className={styles.quiet}>
            {t('admin.audit.looked', {
              first: figure(data.first),
              last: figure(data.last),
              history: figure(data.history),
              waiting: figure(data.waiting),
            })}
          </p>
          <p className={styles.quiet}>
            {t('admin.audit.seal')} <code className={styles.code}>{data.seal}</code>
          </p>
        </div>
      )}
    </Panel>
  );
}

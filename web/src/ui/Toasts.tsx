import { CircleAlert, CircleCheck, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { dismiss, useToasts } from './toast';
import styles from './Toasts.module.css';

/** What was said, the newest below. */
export function Toasts() {
  const { t } = useTranslation();
  const toasts = useToasts();
  return (
    <div className={styles.toasts} role="log" aria-live="polite">
      {toasts.map(({ id, text, detail, tone, action }) => {
        const Icon = tone === 'wrong' ? CircleAlert : CircleCheck;
        return (
          <div key={id} className={styles.toast} data-tone={tone}>
            <Icon size={16} aria-hidden />
            <div>
              {text}
              {detail && <div className={styles.detail}>{detail}</div>}
            </div>
            {action && (
              <button
                className={styles.action}
                onClick={() => {
                  dismiss(id);
                  action.run();
                }}
              >
                {action.label}
              </button>
            )}
            <button className={styles.close} aria-label={t('toast.close')} onClick={() => dismiss(id)}>
              <X size={15} aria-hidden />
            </button>
          </div>
        );
      })}
    </div>
  );
}

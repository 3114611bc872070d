import { useTranslation } from 'react-i18next';
import { Dialog } from '../../ui/Dialog';
import styles from './approvals.module.css';

/** The keys of the inbox, in the order in which one comes to need them. */
const KEYS = {
  walk: ['j', 'k'],
  open: ['Enter'],
  approve: ['a'],
  reject: ['r'],
  mark: ['x'],
  search: ['/'],
  help: ['?'],
} as const;

/** Which key does what. */
export default function KeysDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t('approvals.keys.title')} width={400} onClose={onClose}>
      <dl className={styles.keysList}>
        {Object.entries(KEYS).map(([name, keys]) => (
          <div key={name}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(`approvals.keys.${name}`)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

import Button from 'antd/es/button';
import { CopyIcon } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { toast } from '../../../ui/toast';
import styles from './connections.module.css';

/** A text that is taken elsewhere. */
export function Copy({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      toast({ text: t('admin.connections.copied'), tone: 'done' });
    } catch {
      // Somebody forbade it: the text stands there to be marked.
      toast({ text: t('admin.connections.notCopied'), tone: 'wrong' });
    }
  };
  return (
    <span className={styles.copy}>
      <code>{text}</code>
      <Button
        type="text"
        size="small"
        icon={<CopyIcon size={14} />}
        aria-label={label}
        title={label}
        onClick={() => void copy()}
      />
    </span>
  );
}

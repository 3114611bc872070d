import Button from 'antd/es/button';
import { Download } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { type Import, rejectedAddress } from '../../api/imports';
import styles from './import.module.css';

/** The refused lines with their reasons, to be mended and sent again. */
export function RejectedLinks({ one }: { one: Import }) {
  const { t } = useTranslation();
  return (
    <span className={styles.links}>
      {(['xlsx', 'csv'] as const).map((format) => (
        <Button
          key={format}
          icon={<Download size={15} />}
          href={rejectedAddress(one.id, format)}
          download={`rejected.${format}`}
        >
          {t('import.rejected', { format: format.toUpperCase() })}
        </Button>
      ))}
    </span>
  );
}

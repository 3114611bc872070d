import Button from 'antd/es/button';
import { PencilLine } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { moment } from '../fields/date';
import styles from './forms.module.css';

interface Props {
  /** When it was typed. */
  at: string;
  onTake: () => void;
  onDiscard: () => void;
}

/** Says that something was typed here before and not saved. */
export function DraftOffer({ at, onTake, onDiscard }: Props) {
  const { t } = useTranslation();
  const said = moment(at);
  const today = said.startsWith(moment(new Date().toISOString()).slice(0, 10));
  return (
    <div className={styles.offer} role="status">
      <PencilLine size={16} aria-hidden />
      <span>{t('form.draft', { at: today ? said.slice(11) : said })}</span>
      <div>
        <Button onClick={onDiscard}>{t('form.discard')}</Button>
        <Button type="primary" onClick={onTake}>
          {t('form.takeUp')}
        </Button>
      </div>
    </div>
  );
}

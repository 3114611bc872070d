import { useTranslation } from 'react-i18next';
import styles from './CountedBar.module.css';

interface Props {
  label: string;
  done: number;
  /** How many there are; nobody knows before the first reading. */
  of: number | null;
}

/** How far something is that takes its time, in figures. */
export function CountedBar({ label, done, of }: Props) {
  const { t, i18n } = useTranslation();
  const figure = (value: number) => value.toLocaleString(i18n.language);
  const told = of === null ? figure(done) : t('progress.of', { done: figure(done), of: figure(of) });
  return (
    <div className={styles.bar}>
      <div className={styles.words}>
        <span>{label}</span>
        <span className="number" aria-live="polite">
          {told}
        </span>
      </div>
      <progress aria-label={label} {...(of === null ? {} : { value: done, max: Math.max(of, 1) })} />
    </div>
  );
}

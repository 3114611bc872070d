import { useTranslation } from 'react-i18next';
import styles from './import.module.css';

interface Props {
  figures: { key: string; label: string; value: number; tone?: 'ok' | 'bad' }[];
}

/** How many of what, large. */
export function Figures({ figures }: Props) {
  const { i18n } = useTranslation();
  return (
    <dl className={styles.figures}>
      {figures.map(({ key, label, value, tone }) => (
        <div key={key} data-tone={value > 0 ? tone : undefined}>
          <dt>{label}</dt>
          <dd>{value.toLocaleString(i18n.language)}</dd>
        </div>
      ))}
    </dl>
  );
}

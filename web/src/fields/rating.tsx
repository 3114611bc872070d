import { useTranslation } from 'react-i18next';
import type { DisplayProps, FieldKind, InputProps } from './field';
import styles from './fields.module.css';
import { number } from './number';

const most = (max: unknown) => (typeof max === 'number' ? max : 5);

function Display({ field, value }: DisplayProps) {
  const { t } = useTranslation();
  if (typeof value !== 'number') return null;
  const of = most(field.max);
  return (
    <span role="img" aria-label={t('field.rating', { value, of })}>
      {'★'.repeat(value)}
      <span style={{ color: 'var(--line-strong)' }}>{'☆'.repeat(Math.max(0, of - value))}</span>
    </span>
  );
}

/** A star is chosen like one of several, and left by choosing it again or by deleting. */
function Input({ field, id, value, onChange, onBlur, label, describedBy, disabled }: InputProps) {
  const { t } = useTranslation();
  const of = most(field.max);
  const chosen = typeof value === 'number' ? value : 0;
  return (
    <div
      className={styles.stars}
      role="radiogroup"
      aria-label={label ?? field.label}
      aria-describedby={describedBy}
      onBlur={onBlur}
      onKeyDown={({ key }) => (key === 'Delete' || key === 'Backspace') && onChange(null)}
    >
      {Array.from({ length: of }, (_, at) => at + 1).map((star) => (
        <label key={star} data-on={star <= chosen || undefined}>
          <input
            type="radio"
            id={star === Math.max(chosen, 1) ? id : undefined}
            name={id}
            className="visually-hidden"
            aria-label={t('field.rating', { value: star, of })}
            checked={star === chosen}
            disabled={disabled}
            onChange={() => onChange(star)}
            onClick={() => star === chosen && onChange(null)}
          />
          <span aria-hidden>★</span>
        </label>
      ))}
    </div>
  );
}

export const rating: FieldKind = { ...number, Display, Input, width: 120 };

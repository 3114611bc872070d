import Rate from 'antd/es/rate';
import { useTranslation } from 'react-i18next';
import type { DisplayProps, FieldKind, InputProps } from './field';
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

function Input({ field, id, value, onChange, disabled }: InputProps) {
  return (
    <Rate
      id={id}
      count={most(field.max)}
      value={typeof value === 'number' ? value : 0}
      disabled={disabled}
      onChange={(next) => onChange(next === 0 ? null : next)}
    />
  );
}

export const rating: FieldKind = { ...number, Display, Input, width: 120 };

import Input from 'antd/es/input';
import { useTranslation } from 'react-i18next';
import { isMap } from './address';
import type { DisplayProps, FieldKind, InputProps } from './field';
import styles from './fields.module.css';
import { presenceOperators, textLiteral } from './operators';

function Display({ value }: DisplayProps) {
  return isMap(value) ? (
    <span className="number">
      {String(value.lat)}, {String(value.lng)}
    </span>
  ) : null;
}

function PointInput({ id, value, onChange, onBlur, label, invalid, describedBy, disabled }: InputProps) {
  const { t } = useTranslation();
  const point = isMap(value) ? value : {};
  const set = (part: 'lat' | 'lng', text: string) => {
    const next = { lat: point.lat ?? '', lng: point.lng ?? '', [part]: text };
    onChange(next.lat === '' && next.lng === '' ? null : next);
  };
  return (
    <div className={styles.parts} role="group" aria-label={label}>
      {(['lat', 'lng'] as const).map((part, at) => (
        <Input
          key={part}
          id={at === 0 ? id : undefined}
          inputMode="decimal"
          value={String(point[part] ?? '')}
          placeholder={t(`field.${part}`)}
          aria-label={t(`field.${part}`)}
          status={invalid ? 'error' : ''}
          aria-invalid={invalid || undefined}
          aria-describedby={describedBy}
          disabled={disabled}
          onChange={(event) => set(part, event.target.value)}
          onBlur={onBlur}
        />
      ))}
    </div>
  );
}

export const geo: FieldKind = {
  Display,
  Input: PointInput,
  operators: presenceOperators,
  literal: textLiteral,
  width: 180,
};

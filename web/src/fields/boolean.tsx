import Switch from 'antd/es/switch';
import { Check } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { DisplayProps, FieldKind, InputProps } from './field';
import { truthOperators } from './operators';

function Display({ value }: DisplayProps) {
  const { t } = useTranslation();
  if (typeof value !== 'boolean') return null;
  return value ? <Check size={16} role="img" aria-label={t('field.yes')} /> : <>{t('field.no')}</>;
}

function Input({ id, value, onChange, label, describedBy, disabled }: InputProps) {
  return (
    <Switch
      id={id}
      checked={value === true}
      aria-label={label}
      aria-describedby={describedBy}
      disabled={disabled}
      onChange={onChange}
    />
  );
}

export const boolean: FieldKind = {
  Display,
  Input,
  operators: truthOperators,
  literal: (value) => String(value === true),
  width: 80,
};

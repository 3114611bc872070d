import Input from 'antd/es/input';
import { useTranslation } from 'react-i18next';
import type { Json } from '../definition/json';
import type { DisplayProps, FieldKind, InputProps } from './field';
import styles from './fields.module.css';
import { presenceOperators, textLiteral } from './operators';

const PARTS = ['country', 'province', 'city', 'district', 'street'] as const;

type Parts = Partial<Record<(typeof PARTS)[number], string | null>>;

export const isMap = (value: Json): value is { [key: string]: Json } =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** From the largest part to the smallest, without spaces where the words are Chinese. */
function inOneLine(value: Parts): string {
  const words = PARTS.flatMap((part) => value[part] ?? []);
  return words.join(words.some((word) => /\p{Script=Han}/u.test(word)) ? '' : ', ');
}

function Display({ value }: DisplayProps) {
  return <>{isMap(value) ? inOneLine(value as Parts) : null}</>;
}

function AddressInput({ id, value, onChange, onBlur, label, invalid, disabled }: InputProps) {
  const { t } = useTranslation();
  const parts: Parts = isMap(value) ? (value as Parts) : {};
  const set = (part: (typeof PARTS)[number], text: string) => {
    const next = { ...parts, [part]: text === '' ? null : text };
    onChange(PARTS.some((name) => next[name]) ? (next as Json) : null);
  };
  return (
    <div className={styles.parts} role="group" aria-label={label ?? t('field.address')}>
      {PARTS.map((part, at) => (
        <Input
          key={part}
          id={at === 0 ? id : undefined}
          className={part === 'street' ? styles.street : undefined}
          value={parts[part] ?? ''}
          placeholder={t(`field.addressParts.${part}`)}
          aria-label={t(`field.addressParts.${part}`)}
          status={invalid ? 'error' : ''}
          disabled={disabled}
          maxLength={200}
          onChange={(event) => set(part, event.target.value)}
          onBlur={onBlur}
        />
      ))}
    </div>
  );
}

export const address: FieldKind = {
  Display,
  Input: AddressInput,
  operators: presenceOperators,
  literal: textLiteral,
  width: 260,
  wide: true,
};

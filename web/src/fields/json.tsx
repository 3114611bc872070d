import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Json } from '../definition/json';
import type { DisplayProps, FieldKind, InputProps } from './field';
import { TextArea } from '../ui/TextArea';
import styles from './fields.module.css';
import { presenceOperators, textLiteral } from './operators';

function Display({ value }: DisplayProps) {
  return value === null ? null : <code className={styles.lines}>{JSON.stringify(value)}</code>;
}

/** Any structure, as it is written. What is no JSON yet stays in the input and is not taken over. */
function JsonInput({ id, value, onChange, onBlur, label, invalid, describedBy, disabled }: InputProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(() => written(value));
  const told = useRef(typed);
  useEffect(() => {
    const given = written(value);
    // Another value came from outside: a draft, a merge.
    if (given === told.current) return;
    told.current = given;
    setTyped(given);
  }, [value]);
  const wrong = parsed(typed) === undefined;
  return (
    <>
      <TextArea
        id={id}
        value={typed}
        aria-label={label}
        aria-invalid={invalid || wrong || undefined}
        aria-describedby={describedBy}
        disabled={disabled}
        rows={2}
        style={{ fontFamily: 'var(--mono)' }}
        onChange={(event) => {
          setTyped(event.target.value);
          const next = parsed(event.target.value);
          if (next === undefined) return;
          told.current = written(next);
          onChange(next);
        }}
        onBlur={onBlur}
      />
      {wrong && <small className={styles.wrong}>{t('field.noJson')}</small>}
    </>
  );
}

function written(value: Json | undefined): string {
  return value === null || value === undefined ? '' : JSON.stringify(value, null, 2);
}

function parsed(text: string): Json | undefined {
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

export const json: FieldKind = {
  Display,
  Input: JsonInput,
  operators: presenceOperators,
  literal: textLiteral,
  width: 220,
  wide: true,
};

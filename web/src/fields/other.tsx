import type { Json } from '../definition/json';
import { isMap } from './address';
import type { DisplayProps, FieldKind } from './field';
import styles from './fields.module.css';
import { number } from './number';
import { presenceOperators, textLiteral } from './operators';
import { text } from './text';

/** A colour: its square and its number. */
export const color: FieldKind = {
  ...text,
  Display: ({ value }: DisplayProps) =>
    typeof value === 'string' ? (
      <span className="number">
        <span className={styles.swatch} style={{ background: value }} />
        {value}
      </span>
    ) : null,
  width: 110,
};

/** Seconds as days, hours and minutes, the way the server also reads them: `1d 2h 30m`. */
function span(seconds: number): string {
  const parts = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'm'],
    [1, 's'],
  ] as const;
  let left = Math.abs(seconds);
  const words: string[] = [];
  for (const [length, letter] of parts) {
    if (left >= length) words.push(`${Math.trunc(left / length)}${letter}`);
    left %= length;
  }
  return `${seconds < 0 ? '-' : ''}${words.join(' ') || '0m'}`;
}

export const duration: FieldKind = {
  ...text,
  Display: ({ value }: DisplayProps) =>
    typeof value === 'number' ? <span className="number">{span(value)}</span> : null,
  Input: (props) => {
    const Input = text.Input;
    return <Input {...props} value={typeof props.value === 'number' ? span(props.value) : props.value} />;
  },
  operators: number.operators,
  literal: number.literal,
  width: 110,
};

/** What has parts: shown in one line, and only asked for being there. */
function structured(inOneLine: (value: { [key: string]: Json }) => string): FieldKind {
  return {
    ...text,
    Display: ({ value }: DisplayProps) => <>{isMap(value) ? inOneLine(value) : null}</>,
    operators: presenceOperators,
    literal: textLiteral,
    width: 220,
  };
}

/** Lines of a record: a list shows how many; a form shows them in a table of their own. */
export const children: FieldKind = {
  ...structured(() => ''),
  Display: ({ value }: DisplayProps) => (Array.isArray(value) ? <span className="number">{value.length}</span> : null),
  wide: true,
};

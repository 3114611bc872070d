import type { ComponentType } from 'react';
import type { Json } from '../definition/json';
import type { Field } from '../definition/types';

/** What shows a value. */
export interface DisplayProps {
  field: Field;
  value: Json;
  /** The record the value is in: money stands beside its currency. */
  row?: Record<string, Json>;
  /** Where the value is kept, so that a file can be fetched from there. */
  at?: Place;
}

/** A field of a record. */
export interface Place {
  object: string;
  id: string;
  field: string;
}

/** What lets somebody change a value. */
export interface InputProps {
  field: Field;
  id: string;
  value: Json;
  onChange: (value: Json) => void;
  onBlur?: () => void;
  /** Said by screen readers where no label stands beside it. */
  label?: string;
  placeholder?: string;
  invalid?: boolean;
  /** The ids of what explains it and says what is wrong with it. */
  describedBy?: string | undefined;
  /** Where the value is kept; nowhere yet in a new record. */
  at?: Place | undefined;
  disabled?: boolean;
  autoFocus?: boolean;
  /** The record as it stood when the input was drawn: money stands beside its currency. */
  row?: Record<string, Json>;
  /** The record as it stands when it is asked for: what may be chosen depends on it. */
  now?: () => Record<string, Json>;
  /** What the record's fields are called. */
  labels?: Record<string, string>;
}

/** How a comparison is written in the expression language. */
export interface Operator {
  /** Key of its text. */
  name: 'is' | 'is_not' | 'gt' | 'gte' | 'lt' | 'lte' | 'contains' | 'starts_with' | 'one_of' | 'empty' | 'not_empty';
  /** The expression; `value` is a literal already. */
  write: (field: string, value: string) => string;
  /** Whether it needs a value. */
  value: 'none' | 'one' | 'many';
}

/** A type of field, as the application knows it. */
export interface FieldKind {
  Display: ComponentType<DisplayProps>;
  Input: ComponentType<InputProps>;
  /** How it can be compared. */
  operators: readonly Operator[];
  /** The literal of a value in an expression. */
  literal: (value: Json) => string;
  /** Width of a column, in pixels. */
  width: number;
  /** Figures stand at the end of their column, so that digits stand below one another. */
  align?: 'end';
  /** Takes the whole width of a form. */
  wide?: boolean;
}

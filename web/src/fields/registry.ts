import type { Field } from '../definition/types';
import { address } from './address';
import { autonumber } from './autonumber';
import { boolean } from './boolean';
import { date, datetime, time } from './date';
import type { FieldKind } from './field';
import { file, image } from './file';
import { geo } from './geo';
import { json } from './json';
import { email, phone, url } from './link';
import { longText } from './long_text';
import { money } from './money';
import { multiSelect } from './multi_select';
import { number } from './number';
import { children, color, duration } from './other';
import { percent } from './percent';
import { rating } from './rating';
import { department, reference, references, user } from './reference';
import { richText } from './rich_text';
import { select } from './select';
import { signature } from './signature';
import { text } from './text';

/** Every type of field that the server has. A new one is its own file and a line here. */
const kinds: Record<Field['type'], FieldKind> = {
  text,
  long_text: longText,
  rich_text: richText,
  email,
  phone,
  url,
  barcode: text,
  autonumber,
  color,
  integer: number,
  decimal: number,
  money,
  percent,
  rating,
  duration,
  boolean,
  select,
  multi_select: multiSelect,
  date,
  datetime,
  time,
  reference,
  references,
  user,
  department,
  address,
  geo,
  json,
  file,
  image,
  signature,
  children,
};

/** What the application does with a field; a type that a newer server has is shown as text and left to the server. */
export function kindOf(field: Field): FieldKind {
  const known: Partial<typeof kinds> = kinds;
  return known[field.type] ?? text;
}

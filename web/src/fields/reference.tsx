import { Link } from '@tanstack/react-router';
import { type Referred, referred } from '../definition/reference';
import { Face } from '../ui/Face';
import { fetched } from './fetched';
import type { DisplayProps, FieldKind } from './field';
import styles from './fields.module.css';
import { choiceOperators, presenceOperators, referenceLiteral } from './operators';

const Input = fetched(() => import('./Lookup'));

function Title({ of }: { of: Referred }) {
  // A title that the reader may not see is a reference all the same.
  return <>{of.title ?? '—'}</>;
}

function Display({ field, value }: DisplayProps) {
  const found = referred(value);
  const object = found?.object ?? field.to;
  if (found === null) return null;
  if (object === undefined || object === 'any') return <Title of={found} />;
  return (
    <Link to="/records/$object/$id" params={{ object, id: found.id }} onClick={(event) => event.stopPropagation()}>
      <Title of={found} />
    </Link>
  );
}

function Person({ value }: DisplayProps) {
  const people = (Array.isArray(value) ? value : [value]).map(referred).filter((one) => one !== null);
  return (
    <span className={styles.chips}>
      {people.map((one) => (
        <span key={one.id} className={styles.person}>
          <Face name={one.title ?? '?'} />
          <Title of={one} />
        </span>
      ))}
    </span>
  );
}

function Several({ field, value }: DisplayProps) {
  if (!Array.isArray(value)) return null;
  return (
    <span className={styles.chips}>
      {value.map((one, at) => (
        <Display key={referred(one)?.id ?? at} field={field} value={one} />
      ))}
    </span>
  );
}

const one = { Input, operators: choiceOperators, literal: referenceLiteral };

export const reference: FieldKind = { ...one, Display, width: 200 };
export const user: FieldKind = { ...one, Display: Person, width: 130 };
export const department: FieldKind = { ...one, Display, width: 150 };
export const references: FieldKind = {
  ...one,
  Display: Several,
  operators: presenceOperators,
  width: 200,
  wide: true,
};

import { Suspense, useId } from 'react';
import type { Json } from '../../definition/json';
import { type Referred, referred } from '../../definition/reference';
import type { Field } from '../../definition/types';
import { kindOf } from '../../fields/registry';
import forms from '../../forms/forms.module.css';
import { Wrong } from './Comment';
import { offered } from './offered';

interface Props {
  label: string;
  several: boolean;
  value: Referred[];
  onChange: (people: Referred[]) => void;
  /** Who is not offered: these would change nothing. */
  without: readonly string[];
  wrong: string | undefined;
}

const nothing = () => ({});

/** Chooses a person, or several. */
export function People({ label, several, value, onChange, without, wrong }: Props) {
  const id = useId();
  const field: Field = {
    type: several ? 'references' : 'reference',
    to: 'base.user',
    label,
    widget: 'lookup',
    choose_where: offered(without),
    required: true,
    writable: true,
    filled: false,
    system: false,
    derived: false,
    hidden: false,
    search: false,
  };
  const { Input } = kindOf(field);
  return (
    <div className={forms.field}>
      <label className={forms.label} htmlFor={id}>
        {label}
      </label>
      <Suspense fallback={null}>
        <Input
          id={id}
          field={field}
          invalid={wrong !== undefined}
          value={(several ? value : (value[0] ?? null)) as unknown as Json}
          now={nothing}
          onChange={(next) =>
            onChange((Array.isArray(next) ? next : [next]).map(referred).filter((one) => one !== null))
          }
        />
      </Suspense>
      <Wrong>{wrong}</Wrong>
    </div>
  );
}

import { Suspense, useId } from 'react';
import type { Json } from '../definition/json';
import { type Referred, referred } from '../definition/reference';
import { chooser } from '../fields/chooser';
import { kindOf } from '../fields/registry';
import forms from '../forms/forms.module.css';
import { Wrong } from './Comment';
import { offered } from './offered';

interface Props {
  label: string;
  several: boolean;
  value: Referred[];
  onChange: (people: Referred[]) => void;
  /** Who is not offered: these would change nothing. */
  without: readonly string[];
  /** Who is offered; everybody where nobody is named. */
  among?: readonly string[] | null;
  required?: boolean;
  wrong: string | undefined;
}

const nothing = () => ({});

/** Chooses a person, or several. */
export function People({ label, several, value, onChange, without, among, required = true, wrong }: Props) {
  const id = useId();
  const field = chooser('base.user', label, {
    type: several ? 'references' : 'reference',
    choose_where: offered(without, among),
    required,
  });
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

import type { ReactNode } from 'react';
import type * as Schema from '../definition/schema.gen';
import type { Field } from '../definition/types';
import { kindOf } from '../fields/registry';
import forms from './forms.module.css';

interface Props {
  field: Field;
  change: Pick<Schema.Change, 'old' | 'new'>;
  /** What can be done about it. */
  children?: ReactNode;
}

/** What became of a field: what it was, and what it is. */
export function ChangeLine({ field, change, children }: Props) {
  const { Display } = kindOf(field);
  return (
    <div className={forms.change}>
      <span className={forms.label}>{field.label}</span>{' '}
      {change.old !== null && (
        <>
          <del>
            <Display field={field} value={change.old} />
          </del>
          {' → '}
        </>
      )}
      {change.new === null ? '—' : <Display field={field} value={change.new} />}
      {children}
    </div>
  );
}

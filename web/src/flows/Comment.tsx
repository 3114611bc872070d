import { CircleAlert } from 'lucide-react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import forms from '../forms/forms.module.css';
import { TextArea } from '../ui/TextArea';

interface Props {
  value: string;
  onChange: (value: string) => void;
  wrong?: string | undefined;
  /** The label stands in the field. */
  short?: boolean;
}

/** Why something is refused, at its place. */
export function Wrong({ id, children }: { id?: string; children: string | undefined }) {
  if (children === undefined) return null;
  return (
    <div id={id} className={forms.wrong} role="alert">
      <CircleAlert size={14} aria-hidden />
      {children}
    </div>
  );
}

/** What somebody says with what is done. */
export function Comment({ value, onChange, wrong, short = false }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const label = t('approvals.comment');
  return (
    <div className={forms.field}>
      {!short && (
        <label className={forms.label} htmlFor={id}>
          {label}
        </label>
      )}
      <TextArea
        id={id}
        {...(short ? { 'aria-label': label, placeholder: label } : { rows: 2 })}
        aria-invalid={wrong !== undefined || undefined}
        aria-describedby={wrong === undefined ? undefined : `${id}-wrong`}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <Wrong id={`${id}-wrong`}>{wrong}</Wrong>
    </div>
  );
}

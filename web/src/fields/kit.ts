import type { InputProps } from './field';

/** What every input of the kit is told alike; what it holds each tells in its own way. */
export function inputProps({ id, onBlur, label, placeholder, invalid, describedBy, disabled, autoFocus }: InputProps) {
  return {
    id,
    onBlur,
    placeholder,
    disabled,
    autoFocus,
    'aria-label': label,
    'aria-invalid': invalid || undefined,
    'aria-describedby': describedBy,
    status: invalid ? ('error' as const) : ('' as const),
  };
}

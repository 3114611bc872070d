import type { DisplayProps, FieldKind } from './field';
import { text } from './text';

/** A text that leads somewhere: into a mail program, a telephone, another site. */
function leads(to: (value: string) => string | null): FieldKind {
  function Display({ value }: DisplayProps) {
    if (typeof value !== 'string') return null;
    const address = to(value);
    if (address === null) return <>{value}</>;
    const outside = address.startsWith('http');
    return (
      <a href={address} {...(outside ? { target: '_blank', rel: 'noopener noreferrer' } : {})}>
        {value}
      </a>
    );
  }
  return { ...text, Display };
}

export const email = leads((value) => `mailto:${value}`);
export const phone = leads((value) => `tel:${value.replace(/[^+\d]/g, '')}`);
// Only the web: a `javascript:` address would run in this page.
export const url = leads((value) => (/^https?:\/\//i.test(value) ? value : null));

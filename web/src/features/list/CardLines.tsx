import type { Row } from '../../api/records';
import type { Field } from '../../definition/types';
import { kindOf } from '../../fields/registry';

/** A field, by what a row holds of it. */
export interface CardLine {
  path: string;
  label: string;
  field: Field | undefined;
}

interface Props {
  row: Row;
  lines: CardLine[];
  className: string | undefined;
}

/** What a card shows below its title: what there is of a few fields. */
export function CardLines({ row, lines, className }: Props) {
  return (
    <span className={className}>
      {lines.map(({ path, label, field }) => {
        const value = row[path] ?? null;
        if (field === undefined || value === null) return null;
        const { Display } = kindOf(field);
        return (
          <span key={path} title={label}>
            <Display field={field} value={value} row={row} />
          </span>
        );
      })}
    </span>
  );
}

/** The lines of a view's cards. */
export function linesOf(
  fields: Record<string, Field>,
  card: { lines: Record<string, object> } | undefined,
): CardLine[] {
  return Object.keys(card?.lines ?? {}).map((path) => ({
    path,
    label: fields[path]?.label ?? path,
    field: fields[path],
  }));
}

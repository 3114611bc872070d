import { useFormContext, useWatch } from 'react-hook-form';
import { useSession } from '../api/session';
import { evaluate } from '../definition/expression/evaluate';
import { type Clock, clockAt } from '../definition/expression/zone';
import type { Json } from '../definition/json';
import type { Field, FormField, ObjectDefinition } from '../definition/types';
import { kindOf } from '../fields/registry';
import { figure } from './footer';

interface Props {
  object: ObjectDefinition;
  name: string;
  columns: readonly string[];
  footer: FormField['footer'];
}

/** What stands below the columns. It alone is drawn anew when any line changes. */
export function LinesFooter({ object, name, columns, footer }: Props) {
  const { control } = useFormContext();
  const { site } = useSession();
  const lines = (useWatch({ control, name }) ?? []) as Record<string, Json>[];
  const clock = clockAt(site.time_zone);
  return (
    <tfoot>
      <tr>
        {columns.map((column) => {
          const [field, which] = [object.fields[column], footer[column]];
          if (field === undefined || which === undefined) return <td key={column} />;
          const { Display, align } = kindOf(field);
          const values = lines.map((line) => valueOf(field, column, line, clock));
          return (
            <td key={column} data-end={align === 'end' || undefined} data-label={field.label}>
              <Display field={field} value={figure(which, values)} />
            </td>
          );
        })}
        <td />
      </tr>
    </tfoot>
  );
}

/** What a line holds, or what it comes to where it is computed. */
function valueOf(field: Field, column: string, line: Record<string, Json>, clock: Clock): Json {
  const found = field.formula && evaluate(field.formula, { records: { row: line }, clock });
  return found?.kind === 'value' ? (found.value as Json) : (line[column] ?? null);
}

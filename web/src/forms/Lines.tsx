import { Link } from '@tanstack/react-router';
import { useDefinition, useDefinitions } from '../api/definitions';
import type { Row } from '../api/records';
import type { Field, FormField, ObjectDefinition } from '../definition/types';
import { kindOf } from '../fields/registry';
import styles from './forms.module.css';
import { figure } from './footer';

/** The columns in which an object's lines are shown: those of the form, or the object's own first fields. */
export function lineColumns(object: ObjectDefinition, settings: FormField, via: string | undefined): string[] {
  const named = Object.keys(settings.columns).filter((name) => name in object.fields);
  if (named.length > 0) return named;
  const own = Object.entries(object.fields).filter(
    ([name, field]) => !field.system && !field.hidden && name !== via && field.type !== 'children',
  );
  return own.slice(0, 6).map(([name]) => name);
}

/** Lines of a record in a table, with their sums below. Those that also have lists of their own are opened from here. */
export function Lines({ field, settings, rows }: { field: Field; settings: FormField; rows: Row[] }) {
  const object = useDefinition('object', field.of ?? '');
  const columns = lineColumns(object, settings, field.via);
  const own = useDefinitions().some((one) => one.kind === 'view' && one.object === object.name);
  const hasFooter = Object.keys(settings.footer).length > 0;
  return (
    <div className={styles.lines} tabIndex={0} role="region" aria-label={settings.label ?? field.label}>
      <table>
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col" data-end={endOf(object, name)}>
                {object.fields[name]?.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              {columns.map((name, at) => {
                const of = object.fields[name];
                if (of === undefined) return null;
                const { Display } = kindOf(of);
                const shown = <Display field={of} value={row[name] ?? null} row={row} />;
                return (
                  <td key={name} data-end={endOf(object, name)}>
                    {own && at === 0 && !of.to ? (
                      <Link to="/records/$object/$id" params={{ object: object.name, id: row.id }}>
                        {shown}
                      </Link>
                    ) : (
                      shown
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
        {hasFooter && (
          <tfoot>
            <tr>
              {columns.map((name) => {
                const of = object.fields[name];
                const which = settings.footer[name];
                if (of === undefined || which === undefined) return <td key={name} />;
                const { Display } = kindOf(of);
                const value = figure(
                  which,
                  rows.map((row) => row[name] ?? null),
                );
                return (
                  <td key={name} data-end={endOf(object, name)}>
                    <Display field={of} value={value} />
                  </td>
                );
              })}
            </tr>
          </tfoot>
        )}
      </table>
    </div>
  );
}

/** Figures stand at the end of their column, and so does its heading. */
export function endOf(object: ObjectDefinition, name: string): true | undefined {
  const field = object.fields[name];
  return field !== undefined && kindOf(field).align === 'end' ? true : undefined;
}

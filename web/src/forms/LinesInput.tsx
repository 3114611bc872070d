import { useVirtualizer } from '@tanstack/react-virtual';
import Button from 'antd/es/button';
import { Plus, Trash2 } from 'lucide-react';
import { memo, type Ref, useCallback, useEffect, useMemo, useRef } from 'react';
import { useFieldArray, useFormContext, useFormState } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { useDefinition } from '../api/definitions';
import type { Field, FormField, ObjectDefinition } from '../definition/types';
import { FieldInput } from './FieldInput';
import styles from './forms.module.css';
import { fresh } from './fresh';
import { endOf, lineColumns } from './Lines';
import { LinesFooter } from './LinesFooter';
import { useSheet } from './useSheet';

const PLAIN: FormField = { columns: {}, footer: {} };
/** Up to so many lines stand in the page as they are; of more only those in sight. */
const FEW = 30;
/** As high as a line usually is, in pixels. */
const LINE = 47;

interface Props {
  name: string;
  field: Field;
  settings: FormField;
}

/** Lines of a record, to be filled in like a sheet. */
export function LinesInput({ name, field, settings }: Props) {
  const { t } = useTranslation();
  const object = useDefinition('object', field.of ?? '');
  const { control } = useFormContext();
  const box = useRef<HTMLDivElement>(null);
  // The name under which the library keeps its own ids: records have an `id` already.
  const { fields: rows, append, remove, replace } = useFieldArray({ control, name, keyName: '_key' });
  // The same list as long as nothing changes: lines that nobody types in are left as they are.
  const columns = useMemo(() => lineColumns(object, settings, field.via), [object, settings.columns, field.via]);
  const drop = useCallback((at: number) => remove(at), [remove]);
  const many = rows.length > FEW;
  const virtual = useVirtualizer({
    count: many ? rows.length : 0,
    getScrollElement: () => box.current,
    estimateSize: () => LINE,
    getItemKey: (at) => rows[at]?._key ?? at,
    overscan: 6,
  });
  const shown = many ? virtual.getVirtualItems().map(({ index }) => index) : rows.map((_, at) => at);
  const above = many ? (virtual.getVirtualItems()[0]?.start ?? 0) : 0;
  const below = many ? virtual.getTotalSize() - (virtual.getVirtualItems().at(-1)?.end ?? 0) : 0;
  const show = useCallback((at: number) => virtual.scrollToIndex(at), [virtual]);
  useWrong(name, show);
  const sheet = useSheet({ object, name, via: field.via, columns, box, show, append, replace });
  const line = (at: number) => (
    <Line
      key={rows[at]?._key}
      ref={many ? virtual.measureElement : undefined}
      object={object}
      columns={columns}
      name={name}
      via={field.via}
      at={at}
      onRemove={drop}
    />
  );
  return (
    <>
      <span className={styles.label}>{settings.label ?? field.label}</span>
      <div
        ref={box}
        className={`${styles.lines} ${styles.sheet}`}
        data-many={many || undefined}
        {...(many || rows.length === 0
          ? { tabIndex: 0, role: 'region', 'aria-label': settings.label ?? field.label }
          : {})}
        {...sheet}
      >
        <table aria-rowcount={rows.length + 1}>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col" data-end={endOf(object, column)}>
                  {object.fields[column]?.label}
                </th>
              ))}
              <th scope="col">
                <span className="visually-hidden">{t('form.remove')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {above > 0 && <Space height={above} />}
            {shown.map(line)}
            {below > 0 && <Space height={below} />}
          </tbody>
          {Object.keys(settings.footer).length > 0 && rows.length > 0 && (
            <LinesFooter object={object} name={name} columns={columns} footer={settings.footer} />
          )}
        </table>
      </div>
      <div>
        <Button
          icon={<Plus size={15} />}
          onClick={() => {
            append(fresh(object, field.via));
            requestAnimationFrame(() => show(rows.length));
          }}
        >
          {t('form.addLine')}
        </Button>
      </div>
    </>
  );
}

/** The lines that are not in the page. */
function Space({ height }: { height: number }) {
  return (
    <tr aria-hidden>
      <td style={{ height, padding: 0, border: 0 }} />
    </tr>
  );
}

/** What is wrong in a line that is not in sight comes into sight. */
function useWrong(name: string, show: (at: number) => void): void {
  const { control } = useFormContext();
  const { errors, submitCount } = useFormState({ control, name });
  const wrong = errors[name];
  useEffect(() => {
    const at = Array.isArray(wrong) ? wrong.findIndex((one) => one !== undefined) : -1;
    if (submitCount > 0 && at >= 0) show(at);
  }, [wrong, submitCount, show]);
}

interface LineProps {
  object: ObjectDefinition;
  columns: string[];
  name: string;
  via: string | undefined;
  at: number;
  onRemove: (at: number) => void;
  ref?: Ref<HTMLTableRowElement> | undefined;
}

// A keystroke in one line leaves the others as they are.
const Line = memo(function Line({ object, columns, name, via, at, onRemove, ref }: LineProps) {
  const { t } = useTranslation();
  return (
    <tr ref={ref} data-index={at} aria-rowindex={at + 2}>
      {columns.map((column) => {
        const field = object.fields[column];
        return field === undefined ? null : (
          <td key={column} data-end={endOf(object, column)} data-label={field.label}>
            <FieldInput
              object={object}
              name={`${name}.${at}.${column}`}
              field={field}
              settings={PLAIN}
              bare
              via={via}
            />
          </td>
        );
      })}
      <td>
        <Button
          type="text"
          icon={<Trash2 size={15} />}
          aria-label={t('form.removeLine', { line: at + 1 })}
          onClick={() => onRemove(at)}
        />
      </td>
    </tr>
  );
});

import { useQueries } from '@tanstack/react-query';
import Button from 'antd/es/button';
import Select from 'antd/es/select';
import { ArrowDown, ArrowUp, Pin, PinOff, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { definitionQuery } from '../../api/definitions';
import type { Shown } from '../../api/views';
import type { ObjectDefinition } from '../../definition/types';
import { DragArea, usePlace, useTakeable } from '../../ui/dnd';
import { type Column, leadsTo } from '../../fields/columns';
import { asShown } from './Columns';
import styles from './Columns.module.css';

export interface ColumnsProps {
  object: ObjectDefinition;
  columns: Column[];
  /** `undefined` goes back to the columns of the view. */
  onColumns: (columns: Shown[] | undefined) => void;
  /** Whether they differ from those of the view. */
  changed: boolean;
}

/** Puts columns in, out, in another order and to the edge. */
export default function ColumnPicker({ object, columns, onColumns, changed }: ColumnsProps) {
  const { t } = useTranslation();
  const shown = columns.map(asShown);
  const further = useFurther(object).filter(({ value }) => !columns.some((column) => column.path === value));
  const move = (from: number, to: number) => {
    const [taken] = shown.slice(from, from + 1);
    if (taken) onColumns(shown.toSpliced(from, 1).toSpliced(to, 0, taken));
  };
  return (
    <div className={styles.picker} role="group" aria-label={t('list.columns')}>
      <DragArea<{ at: number }> onTake={() => undefined} onDrop={({ at }, place) => move(at, Number(place))}>
        <ol className={styles.columns}>
          {columns.map((column, at) => (
            <Line
              key={column.path}
              column={column}
              at={at}
              last={at === columns.length - 1}
              onMove={(to) => move(at, to)}
              onPin={() => onColumns(shown.with(at, { ...asShown(column), pinned: !column.pinned }))}
              onRemove={() => onColumns(shown.toSpliced(at, 1))}
            />
          ))}
        </ol>
      </DragArea>
      <Select
        aria-label={t('list.addColumn')}
        placeholder={t('list.addColumn')}
        value={null}
        showSearch={{ optionFilterProp: 'label' }}
        options={further}
        onChange={(path: string | null) => path !== null && onColumns([...shown, { path }])}
      />
      {changed && (
        <Button type="text" onClick={() => onColumns(undefined)}>
          {t('list.resetColumns')}
        </Button>
      )}
    </div>
  );
}

interface LineProps {
  column: Column;
  at: number;
  last: boolean;
  onMove: (to: number) => void;
  onPin: () => void;
  onRemove: () => void;
}

function Line({ column, at, last, onMove, onPin, onRemove }: LineProps) {
  const { t } = useTranslation();
  const { ref: take, taken } = useTakeable(`column ${column.path}`, { at }, false);
  const { ref: place, over } = usePlace(String(at));
  const name = { column: column.label };
  const PinIcon = column.pinned ? PinOff : Pin;
  return (
    <li ref={place} className={styles.column} data-over={over || undefined} data-taken={taken || undefined}>
      <span ref={take} className={styles.handle} aria-label={t('list.takeColumn', name)}>
        {column.label}
      </span>
      <Small label={t('list.columnUp', name)} disabled={at === 0} onClick={() => onMove(at - 1)}>
        <ArrowUp size={14} />
      </Small>
      <Small label={t('list.columnDown', name)} disabled={last} onClick={() => onMove(at + 1)}>
        <ArrowDown size={14} />
      </Small>
      <Small label={t(column.pinned ? 'list.unpinColumn' : 'list.pinColumn', name)} onClick={onPin}>
        <PinIcon size={14} />
      </Small>
      <Small label={t('list.removeColumn', name)} disabled={at === 0 && last} onClick={onRemove}>
        <X size={14} />
      </Small>
    </li>
  );
}

interface SmallProps {
  label: string;
  disabled?: boolean;
  onClick: () => void;
  children: React.ReactNode;
}

function Small({ label, disabled = false, onClick, children }: SmallProps) {
  return (
    <button className={styles.small} aria-label={label} title={label} disabled={disabled} onClick={onClick}>
      {children}
    </button>
  );
}

/** The fields of the object, and those of the records that it refers to. */
function useFurther(object: ObjectDefinition): { value: string; label: string }[] {
  const { t } = useTranslation();
  const own = Object.entries(object.fields).filter(([, field]) => !field.hidden && field.type !== 'children');
  const led = own.flatMap(([name, field]) => {
    const target = field.multiple ? undefined : leadsTo(field);
    return target === undefined ? [] : [{ name, label: field.label, target }];
  });
  const others = useQueries({ queries: led.map(({ target }) => definitionQuery('object', target)) });
  const through = led.flatMap(({ name, label }, at) =>
    Object.entries(others[at]?.data?.fields ?? {})
      .filter(([, field]) => !field.hidden && field.type !== 'children')
      .map(([inner, field]) => ({
        value: `${name}.${inner}`,
        label: t('list.through', { field: label, inner: field.label }),
      })),
  );
  return [...own.map(([value, field]) => ({ value, label: field.label })), ...through];
}

import { useTranslation } from 'react-i18next';
import type { Row } from '../../../api/records';
import type { ObjectDefinition, View } from '../../../definition/types';
import type { ReadColumn } from '../../../ui/grid';
import { type Axis, pixelsTo, type Tick } from './axis';
import styles from './gantt.module.css';

interface HeadProps {
  object: ObjectDefinition;
  view: View;
  /** Width of the first column. */
  name: number;
  columns: ReadColumn<Row>[];
  axis: Axis;
  ticks: { upper: Tick[]; lower: Tick[] };
  /** Pixels of all columns, and of the axis. */
  table: number;
  total: number;
}

/** The heads of the columns, and the axis. */
export function Head({ object, view, name, columns, axis, ticks, table, total }: HeadProps) {
  const { t } = useTranslation();
  const at = (tick: Tick) => ({ left: pixelsTo(axis, tick.start), width: (tick.end - tick.start) * axis.width });
  return (
    <div role="row" aria-rowindex={1} className={styles.head} style={{ width: table + total }}>
      <div className={styles.table}>
        <div role="columnheader" className={styles.heading} style={{ width: name }}>
          {object.fields[view.title ?? '']?.label ?? object.label}
        </div>
        {columns.map((column) => (
          <div
            key={column.key}
            role="columnheader"
            className={styles.heading}
            data-end={column.end || undefined}
            style={{ width: column.width }}
          >
            {column.label}
          </div>
        ))}
      </div>
      <div role="columnheader" className={styles.axis} style={{ width: total }} aria-label={t('gantt.axis')}>
        {ticks.upper.map((tick) => (
          <div key={tick.start} className={styles.tick} data-upper style={at(tick)} aria-hidden>
            <span>{tick.label}</span>
          </div>
        ))}
        {ticks.lower.map((tick) => (
          <div key={tick.start} className={styles.tick} style={at(tick)} aria-hidden>
            {tick.label}
          </div>
        ))}
      </div>
    </div>
  );
}

/** Lines behind the bars, days off, and today. */
export function Stripes({ axis, ticks, left, now }: { axis: Axis; ticks: Tick[]; left: number; now: number }) {
  return (
    <div aria-hidden>
      {ticks.map((tick) => (
        <div
          key={tick.start}
          className={styles.stripe}
          data-free={tick.free || undefined}
          style={{ left: left + pixelsTo(axis, tick.start), width: (tick.end - tick.start) * axis.width }}
        />
      ))}
      <div className={styles.today} style={{ left: left + pixelsTo(axis, now) }} />
    </div>
  );
}

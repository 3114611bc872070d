import type { TFunction } from 'i18next';
import type { Row } from '../../../api/records';
import { Disclosure } from '../../../ui/Disclosure';
import type { ReadColumn } from '../../../ui/grid';
import type { Axis } from './axis';
import { Bar } from './Bar';
import styles from './gantt.module.css';
import type { Line } from './plan';
import type { Span } from './time';
import type { Writable } from './useSpans';

export interface TaskLineProps {
  /** Asked for once for all lines, as in a list. */
  t: TFunction;
  line: Line & { kind: 'task' };
  columns: ReadColumn<Row>[];
  /** From where to where its bar goes now, also while it is in hand. */
  span: Span | null;
  held: boolean;
  axis: Axis;
  days: boolean;
  may: Writable;
  critical: boolean;
  /** What it waits for, by name. */
  after: string[];
  open: boolean;
  current: boolean;
  onToggle: () => void;
  onOpen: () => void;
  onHold: (span: Span | null) => void;
  onSave: (span: Span) => void;
  onSay: (words: string) => void;
  index: number;
  top: number;
  height: number;
  total: number;
  name: number;
}

/** A row of the chart: a record with its bar. */
export function TaskLine(props: TaskLineProps) {
  const { t, line, columns, span, open, current, index, top, height, total, name, onToggle, onOpen } = props;
  const tab = current ? 0 : -1;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-level={line.depth + 1}
      aria-expanded={line.branches ? open : undefined}
      className={styles.row}
      data-line={line.id}
      style={{ top, height }}
    >
      <div className={styles.table}>
        <div role="gridcell" className={styles.cell} style={{ width: name, paddingLeft: 12 + line.depth * 16 }}>
          {line.branches && (
            <Disclosure
              open={open}
              label={t('list.branch', { name: line.task.title })}
              tabIndex={tab}
              onToggle={onToggle}
            />
          )}
          <button className={styles.title} tabIndex={tab} title={line.task.title} onClick={onOpen}>
            {line.task.title}
          </button>
        </div>
        {columns.map((column) => (
          <div
            key={column.key}
            role="gridcell"
            className={styles.cell}
            data-end={column.end || undefined}
            style={{ width: column.width }}
          >
            <div>{column.cell(line.task.row)}</div>
          </div>
        ))}
      </div>
      <div role="gridcell" className={styles.lane} style={{ width: total }}>
        {span && <Bar {...props} span={span} />}
      </div>
    </div>
  );
}

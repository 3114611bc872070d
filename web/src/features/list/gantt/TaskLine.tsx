import { ChevronDown, ChevronRight } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Row } from '../../../api/records';
import type { ReadColumn } from '../../../ui/grid';
import type { Axis } from './axis';
import { Bar } from './Bar';
import styles from './gantt.module.css';
import type { Line } from './plan';
import type { Span } from './time';
import type { Writable } from './useSpans';

export interface TaskLineProps {
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
  onGo: (from: number, by: number) => void;
  index: number;
  top: number;
  height: number;
  total: number;
  name: number;
}

/** A row of the chart: a record with its bar. */
export function TaskLine(props: TaskLineProps) {
  const { line, columns, span, open, current, index, top, height, total, name, onToggle, onOpen, onGo } = props;
  const { t } = useTranslation();
  const Arrow = open ? ChevronDown : ChevronRight;
  const tab = current ? 0 : -1;
  const press = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
    event.preventDefault();
    onGo(index, event.key === 'ArrowDown' ? 1 : -1);
  };
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-level={line.depth + 1}
      aria-expanded={line.branches ? open : undefined}
      className={styles.row}
      data-line={line.id}
      style={{ top, height }}
      onKeyDown={press}
    >
      <div className={styles.table}>
        <div role="gridcell" className={styles.cell} style={{ width: name, paddingLeft: 12 + line.depth * 16 }}>
          {line.branches && (
            <button
              className={styles.toggle}
              tabIndex={tab}
              aria-expanded={open}
              aria-label={t('list.branch', { name: line.task.title })}
              onClick={onToggle}
            >
              <Arrow size={15} aria-hidden />
            </button>
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

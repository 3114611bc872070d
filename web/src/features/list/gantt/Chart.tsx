import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Row } from '../../../api/records';
import type { ObjectDefinition, View } from '../../../definition/types';
import type { ReadColumn } from '../../../ui/grid';
import { toggled } from '../../../ui/toggled';
import { Arrows } from './Arrows';
import { axisOf, pixelsTo, type Scale, ticksOf } from './axis';
import type { Critical } from './critical';
import styles from './gantt.module.css';
import { Group } from './Group';
import { Head, Stripes } from './Head';
import { type Line, linesOf, type Task } from './plan';
import { TaskLine } from './TaskLine';
import { placeOfNow, type Span } from './time';
import { useFocus } from './useFocus';
import { useSight } from './useSight';
import { useSpans, type Writable } from './useSpans';

interface Props {
  object: ObjectDefinition;
  view: View;
  tasks: readonly Task[];
  columns: ReadColumn<Row>[];
  /** What is critical, where somebody wants to see it. */
  critical: Critical | undefined;
  scale: Scale;
  /** Counts how often somebody asked for today. */
  today: number;
  may: Writable;
  rowHeight: number;
  phone: boolean;
  onOpen: (row: Row) => void;
}

/** Rows kept beyond the edges. */
const OVERSCAN = 6;
/** The part of the chart that the table takes at most. */
const TABLE = 0.45;
const NONE: ReadonlySet<string> = new Set();

/** The table at the left, the bars at the right: only the rows and days in sight are in the page. */
export function Chart(props: Props) {
  const { object, view, tasks, critical, scale, may, rowHeight, phone, onOpen } = props;
  const { t, i18n } = useTranslation();
  const scroll = useRef<HTMLDivElement>(null);
  const [closed, setClosed] = useState<ReadonlySet<string>>(NONE);
  const [said, setSaid] = useState('');
  const days = object.fields[view.start ?? '']?.type === 'date';
  const { spans, hold, save } = useSpans(object, view, days);
  const grouped = view.group_by !== undefined;
  const lines = useMemo(() => linesOf(tasks, closed, grouped), [tasks, closed, grouped]);
  const [now] = useState(() => placeOfNow(new Date()));
  const axis = useMemo(
    () =>
      axisOf(
        tasks.flatMap((task) => task.span ?? []),
        now,
        scale,
      ),
    [tasks, now, scale],
  );
  const first = useMemo(() => Math.min(...tasks.flatMap((task) => task.span?.start ?? [])), [tasks]);
  const last = useMemo(() => Math.max(...tasks.flatMap((task) => task.span?.end ?? [])), [tasks]);
  const [width, setWidth] = useState(0);
  const columns = fitting(props.columns, view, phone ? 0 : width * TABLE - NAME);
  const name = phone ? 150 : NAME;
  const table = columns.reduce((sum, column) => sum + column.width, name);
  const sight = useSight(scroll, axis, table, now >= first && now <= last ? now : first, setWidth);
  const { show } = sight;
  const asked = useRef(props.today);
  useEffect(() => {
    // Once: the axis becomes another with every bar that was moved.
    if (props.today === asked.current) return;
    asked.current = props.today;
    show(now);
  }, [props.today, now, show]);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    getItemKey: (at) => lines[at]?.id ?? at,
  });
  useLayoutEffect(() => virtual.measure(), [rowHeight, virtual]);
  const focus = useFocus(scroll, lines, (at) => virtual.scrollToIndex(at));
  const items = virtual.getVirtualItems();
  const total = (axis.end - axis.start) * axis.width;
  const ticks = useMemo(
    () => ticksOf(axis, sight.from, sight.to, i18n.language),
    [axis, sight.from, sight.to, i18n.language],
  );
  const spanOf = (line: Line): Span | null => (line.kind === 'task' ? (spans.get(line.id) ?? line.span) : null);
  const toggle = (id: string) => setClosed(toggled(closed, id));
  const titles = useMemo(() => new Map(tasks.map((task) => [task.id, task.title])), [tasks]);
  return (
    <>
      <div
        ref={scroll}
        className={styles.chart}
        role="treegrid"
        aria-label={view.label}
        aria-rowcount={lines.length + 1}
        aria-colcount={columns.length + 2}
        style={{ '--table': `${table}px` } as CSSProperties}
        onScroll={sight.scrolled}
        {...focus.watch}
      >
        <Head
          object={object}
          view={view}
          name={name}
          columns={columns}
          axis={axis}
          ticks={ticks}
          table={table}
          total={total}
        />
        <div role="rowgroup" className={styles.body} style={{ height: virtual.getTotalSize(), width: table + total }}>
          <Stripes axis={axis} ticks={ticks.lower} left={table} now={now} />
          {items.map((item) => {
            const line = lines[item.index];
            if (line === undefined) return null;
            const place = { index: item.index, top: item.start, height: rowHeight, total };
            return line.kind === 'group' ? (
              <Group
                key={line.id}
                line={line}
                field={object.fields[view.group_by ?? '']}
                open={!closed.has(line.id)}
                current={focus.current === line.id}
                onToggle={() => toggle(line.id)}
                {...place}
              />
            ) : (
              <TaskLine
                key={line.id}
                t={t}
                line={line}
                name={name}
                columns={columns}
                span={spanOf(line)}
                held={spans.has(line.id)}
                axis={axis}
                days={days}
                may={may}
                critical={critical?.steps.has(line.id) === true}
                after={line.task.after.flatMap((id) => titles.get(id) ?? [])}
                open={!closed.has(line.id)}
                current={focus.current === line.id}
                onToggle={() => toggle(line.id)}
                onOpen={() => onOpen(line.task.row)}
                onHold={(span) => hold(line.id, span)}
                onSave={(span) => void save(line.task, span)}
                onSay={setSaid}
                {...place}
              />
            );
          })}
          <Arrows
            lines={lines}
            first={items[0]?.index ?? 0}
            last={items.at(-1)?.index ?? 0}
            spanOf={spanOf}
            critical={critical}
            rowHeight={rowHeight}
            left={table}
            pixels={(place) => pixelsTo(axis, place)}
          />
        </div>
      </div>
      <div className="visually-hidden" role="status" aria-label={t('gantt.announcements')}>
        {said}
      </div>
    </>
  );
}

/** Pixels of the first column. */
const NAME = 240;

/** The columns beside the title for which there is room. */
function fitting(columns: ReadColumn<Row>[], view: View, room: number): ReadColumn<Row>[] {
  const fit: ReadColumn<Row>[] = [];
  let left = room;
  for (const column of columns.filter(({ key }) => key !== view.title)) {
    left -= column.width;
    if (left < 0) break;
    fit.push(column);
  }
  return fit;
}

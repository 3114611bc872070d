import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { change, type Row } from '../../../api/records';
import type { Json } from '../../../definition/json';
import type { ObjectDefinition, View } from '../../../definition/types';
import { moment } from '../../../fields/date';
import { failed, toast } from '../../../ui/toast';
import type { Task } from './plan';
import { type Span, valuesOf } from './time';

/** What of a bar may be changed by hand. */
export interface Writable {
  move: boolean;
  start: boolean;
  end: boolean;
}

/** What the reader may write of the two fields that a bar lasts by. */
export function writable(object: ObjectDefinition, view: View): Writable {
  const may = (name: string | undefined) =>
    object.may.update && name !== undefined && object.fields[name]?.writable === true;
  const [start, end] = [may(view.start), may(view.end)];
  return { start, end, move: start && end };
}

/** Spans in hand or on their way to the server, and how they get there; what was written can be undone. */
export function useSpans(object: ObjectDefinition, view: View, days: boolean) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [spans, setSpans] = useState<ReadonlyMap<string, Span>>(new Map());
  const hold = (id: string, span: Span | null) =>
    setSpans((before) => {
      const next = new Map(before);
      if (span === null) next.delete(id);
      else next.set(id, span);
      return next;
    });
  const { start = '', end = '' } = view;
  const refresh = () => queries.invalidateQueries({ queryKey: ['records', object.name] });
  const write = async (row: Pick<Row, 'id' | 'version'>, body: object) => {
    const written = await change(object.name, row, body);
    await refresh();
    return written;
  };
  /** Lets go of a span, unless the bar was taken again meanwhile. */
  const release = (id: string, span: Span) =>
    setSpans((before) => (before.get(id) === span ? new Map([...before].filter(([one]) => one !== id)) : before));
  const save = async (task: Task, span: Span) => {
    hold(task.id, span);
    const values = valuesOf(span, days);
    const before = [task.row[start] ?? null, task.row[end] ?? null] as const;
    const [from, to] = changed(before, [values.start, values.end]);
    const body = { ...(from === undefined ? {} : { [start]: from }), ...(to === undefined ? {} : { [end]: to }) };
    const back = {
      ...(from === undefined ? {} : { [start]: before[0] }),
      ...(to === undefined ? {} : { [end]: before[1] }),
    };
    try {
      if (Object.keys(body).length === 0) return;
      const written = await write(task.row, body);
      toast({
        text: t('gantt.moved', { name: task.title, start: shown(values.start), end: shown(values.end) }),
        tone: 'done',
        action: { label: t('list.undo'), run: () => void write(written, back).catch(failed) },
      });
    } catch (error) {
      failed(error);
      // Somebody else may have changed it: what is shown is what is there now.
      await refresh();
    } finally {
      release(task.id, span);
    }
  };
  return { spans, hold, save };
}

/** Only what is another value than before: the other field may be one that cannot be written. */
function changed(before: readonly Json[], after: readonly string[]): (string | undefined)[] {
  return after.map((value, at) => {
    const was = before[at];
    if (typeof was === 'string') return Date.parse(was) === Date.parse(value) ? undefined : value;
    // What had no end keeps none while it is only moved.
    return value === after[0] && at > 0 ? undefined : value;
  });
}

/** A day as it is, a moment as the reader's clock shows it. */
export function shown(value: string): string {
  return value.includes('T') ? moment(value) : value;
}

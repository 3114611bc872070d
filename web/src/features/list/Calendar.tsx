import '@fullcalendar/react/skeleton.css';
import '@fullcalendar/react/themes/classic/theme.css';
import '@fullcalendar/react/themes/classic/palette.css';
import './calendar.css';
import FullCalendar, { type EventApi } from '@fullcalendar/react';
import dayGridPlugin from '@fullcalendar/react/daygrid';
import interactionPlugin from '@fullcalendar/react/interaction';
import listPlugin from '@fullcalendar/react/list';
import zhCn from '@fullcalendar/react/locales/zh-cn';
import zhTw from '@fullcalendar/react/locales/zh-tw';
import classicThemePlugin from '@fullcalendar/react/themes/classic';
import timeGridPlugin from '@fullcalendar/react/timegrid';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { change, list, type Row } from '../../api/records';
import { failureOf } from '../../definition/problem';
import { titleOf } from '../../definition/title';
import type { ObjectDefinition, View } from '../../definition/types';
import { Empty } from '../../ui/Empty';
import { ErrorState } from '../../ui/ErrorState';
import { failed } from '../../ui/toast';
import styles from './list.module.css';
import { Most } from './Most';
import type { ListSearch } from './search';

interface Props {
  object: ObjectDefinition;
  view: View;
  search: ListSearch;
  fields: string[];
  phone: boolean;
  onOpen: (row: Row) => void;
}

/** Entries of a month fetched at most. */
const MOST = 500;
const LOCALES = { 'zh-CN': 'zh-cn', 'zh-TW': 'zh-tw' } as const;

/** Records on the days they begin and end. */
export default function Calendar({ object, view, search, fields, phone, onOpen }: Props) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const [range, setRange] = useState<Range | null>(null);
  const begin = view.start ?? '';
  const end = view.end ?? begin;
  const days = object.fields[begin]?.type === 'date';
  const editable = object.may.update && object.fields[begin]?.writable === true;
  const literal = (at = 0) => JSON.stringify(written(new Date(at), days));
  // What has no end ends where it begins.
  const own = `${begin} < ${literal(range?.end)} && (${end} ?? ${begin}) >= ${literal(range?.start)}`;
  const selection = {
    view: view.name,
    fields: fields.join(','),
    filter: search.filter ? `(${search.filter}) && ${own}` : own,
    limit: MOST,
    ...(search.search ? { search: search.search } : {}),
  };
  const found = useQuery({
    queryKey: ['records', object.name, 'calendar', selection],
    queryFn: ({ signal }) => list(object.name, selection, signal),
    enabled: range !== null && begin !== '',
    placeholderData: (before) => before,
  });
  const events = useMemo(
    () =>
      (found.data?.records ?? []).map((row) => ({
        id: row.id,
        title: shown(row, view.title) ?? titleOf(object, row),
        start: String(row[begin]),
        ...(row[end] === null || end === begin ? {} : { end: days ? dayAfter(String(row[end])) : String(row[end]) }),
        allDay: days,
        extendedProps: { row },
      })),
    [found.data, object, view.title, begin, end, days],
  );
  // Whoever may not read when things begin sees no calendar.
  if (view.start === undefined) return <Empty title={t('gantt.hidden')} />;
  const failure = failureOf(found);
  const moved = async ({ event, revert }: { event: EventApi; revert: () => void }) => {
    const { start: from, end: to } = event;
    const row = rowOf(event);
    const write = (at: Date | null) => at && written(at, days);
    const last = to !== null && days ? new Date(to.getTime() - 86_400_000) : to;
    try {
      const after = await change(object.name, row, {
        [begin]: write(from),
        ...(end !== begin && row[end] !== null ? { [end]: write(last) } : {}),
      });
      // Whoever moves it once more moves what it is now.
      event.setExtendedProp('row', { ...row, ...after });
      await queries.invalidateQueries({ queryKey: ['records', object.name] });
    } catch (error) {
      revert();
      failed(error);
    }
  };
  return (
    <>
      {failure && <ErrorState error={failure} reset={() => void found.refetch()} />}
      <div className={styles.calendar} hidden={failure !== null}>
        <FullCalendar
          plugins={[dayGridPlugin, timeGridPlugin, listPlugin, interactionPlugin, classicThemePlugin]}
          initialView={phone ? 'listMonth' : 'dayGridMonth'}
          headerToolbar={{
            left: 'prev,next today',
            center: 'title',
            right: phone ? 'listMonth,dayGridMonth' : `dayGridMonth,${days ? '' : 'timeGridWeek,'}listMonth`,
          }}
          locales={[zhCn, zhTw]}
          locale={LOCALES[i18n.language as keyof typeof LOCALES] ?? 'en'}
          // The kit's own hint says another thing than the button shows.
          todayText={t('gantt.today')}
          todayHint={t('gantt.today')}
          // A day is a day wherever one is.
          timeZone={days ? 'UTC' : 'local'}
          height="100%"
          dayMaxEvents
          eventClass={styles.entry}
          moreLinkClass={styles.entry}
          editable={editable}
          events={events}
          datesSet={({ start, end: until }) => setRange((before) => ranged(before, start.getTime(), until.getTime()))}
          eventClick={({ event }) => onOpen(rowOf(event))}
          eventDrop={(drop) => void moved(drop)}
          eventResize={(resize) => void moved(resize)}
          noEventsContent={t('list.noEntries')}
        />
      </div>
      {found.data?.next && <Most count={MOST} />}
    </>
  );
}

/** What the calendar shows, in milliseconds since 1970. */
interface Range {
  start: number;
  end: number;
}

/** The same one where it is the same: the calendar tells it more often than it changes. */
function ranged(before: Range | null, start: number, end: number): Range {
  return before?.start === start && before.end === end ? before : { start, end };
}

/** A day or a moment as it travels. */
function written(at: Date, days: boolean): string {
  return days ? at.toISOString().slice(0, 10) : at.toISOString();
}

function shown(row: Row, field: string | undefined): string | undefined {
  const value = field === undefined ? undefined : row[field];
  return typeof value === 'string' ? value : undefined;
}

function rowOf(event: EventApi): Row {
  return event.extendedProps.row as Row;
}

/** The calendar ends a whole day where the next begins. */
function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

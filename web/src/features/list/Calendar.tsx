import '@fullcalendar/react/skeleton.css';
import '@fullcalendar/react/themes/classic/theme.css';
import '@fullcalendar/react/themes/classic/palette.css';
import './calendar.css';
import FullCalendar from '@fullcalendar/react';
import dayGridPlugin from '@fullcalendar/react/daygrid';
import interactionPlugin from '@fullcalendar/react/interaction';
import listPlugin from '@fullcalendar/react/list';
import zhCn from '@fullcalendar/react/locales/zh-cn';
import zhTw from '@fullcalendar/react/locales/zh-tw';
import classicThemePlugin from '@fullcalendar/react/themes/classic';
import timeGridPlugin from '@fullcalendar/react/timegrid';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { change, list, type Row } from '../../api/records';
import { titleOf } from '../../definition/title';
import type { ObjectDefinition, View } from '../../definition/types';
import { toast } from '../../ui/toast';
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
  const [cut, setCut] = useState(false);
  const begin = view.start ?? '';
  const end = view.end ?? begin;
  const days = object.fields[begin]?.type === 'date';
  const editable = object.may.update && object.fields[begin]?.writable === true;
  const events = useCallback(
    async ({ start, end: until }: { start: Date; end: Date }) => {
      const literal = (at: Date) => JSON.stringify(days ? at.toISOString().slice(0, 10) : at.toISOString());
      // What has no end ends where it begins.
      const own = `${begin} < ${literal(until)} && (${end} ?? ${begin}) >= ${literal(start)}`;
      const selection = {
        view: view.name,
        fields: fields.join(','),
        filter: search.filter ? `(${search.filter}) && ${own}` : own,
        limit: MOST,
        ...(search.search ? { search: search.search } : {}),
      };
      const { records, next } = await queries.fetchQuery({
        queryKey: ['records', object.name, 'calendar', selection],
        queryFn: ({ signal }) => list(object.name, selection, signal),
      });
      setCut(next !== null);
      return records.map((row) => ({
        id: row.id,
        title: shown(row, view.title) ?? titleOf(object, row),
        start: String(row[begin]),
        ...(row[end] === null || end === begin ? {} : { end: days ? dayAfter(String(row[end])) : String(row[end]) }),
        allDay: days,
        extendedProps: { row },
      }));
    },
    [object, view, search.filter, search.search, fields, begin, end, days, queries],
  );
  const moved = async (row: Row, from: Date | null, to: Date | null, revert: () => void) => {
    const write = (at: Date | null) => (at === null ? null : days ? at.toISOString().slice(0, 10) : at.toISOString());
    const last = to !== null && days ? new Date(to.getTime() - 86_400_000) : to;
    try {
      await change(object.name, row, {
        [begin]: write(from),
        ...(end !== begin && row[end] !== null ? { [end]: write(last) } : {}),
      });
      await queries.invalidateQueries({ queryKey: ['records', object.name] });
    } catch (error) {
      revert();
      toast({ text: error instanceof Error ? error.message : String(error), tone: 'wrong' });
    }
  };
  return (
    <>
      <div className={styles.calendar}>
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
          // A day is a day wherever one is.
          timeZone={days ? 'UTC' : 'local'}
          height="100%"
          dayMaxEvents
          eventClass={styles.entry}
          moreLinkClass={styles.entry}
          editable={editable}
          events={events}
          eventClick={({ event }) => onOpen(event.extendedProps.row as Row)}
          eventDrop={({ event, revert }) => void moved(event.extendedProps.row as Row, event.start, event.end, revert)}
          eventResize={({ event, revert }) =>
            void moved(event.extendedProps.row as Row, event.start, event.end, revert)
          }
          noEventsContent={t('list.noEntries')}
        />
      </div>
      {cut && <Most count={MOST} />}
    </>
  );
}

function shown(row: Row, field: string | undefined): string | undefined {
  const value = field === undefined ? undefined : row[field];
  return typeof value === 'string' ? value : undefined;
}

/** The calendar ends a whole day where the next begins. */
function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

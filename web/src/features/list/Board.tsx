import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { change, groups, list, move, type Row } from '../../api/records';
import { failureOf } from '../../definition/problem';
import { referred } from '../../definition/reference';
import { titleOf } from '../../definition/title';
import type { Json } from '../../definition/json';
import type { ObjectDefinition, View } from '../../definition/types';
import { kindOf } from '../../fields/registry';
import { Chip } from '../../fields/select';
import { DragArea, usePlace, useTakeable } from '../../ui/dnd';
import { ErrorState } from '../../ui/ErrorState';
import { Waiting } from '../../ui/Skeleton';
import { failed, toast } from '../../ui/toast';
import styles from './Board.module.css';
import { conditionOf, keyOf } from './groups/groups';
import { type CardLine, CardLines, linesOf } from './CardLines';
import { type Lane as LaneOf, lanesOf, written } from './lanes';
import type { ListSearch } from './search';

interface Props {
  object: ObjectDefinition;
  view: View;
  search: ListSearch;
  fields: string[];
  onOpen: (row: Row) => void;
}

/** Cards fetched at once of a lane. */
const PAGE = 50;

/** Records as cards in lanes: the lane is what a field of them holds. */
export default function Board({ object, view, search, fields, onOpen }: Props) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const by = view.group_by ?? '';
  const field = object.fields[by];
  const sum = view.card?.sum;
  const [taken, setTaken] = useState<Card | null>(null);
  // It is where it was put from then on, unless the server refuses it.
  const [put, setPut] = useState<Put | null>(null);
  const asked = useMemo(
    () => ({ view: view.name, filter: search.filter ?? '', search: search.search ?? '' }),
    [view.name, search.filter, search.search],
  );
  const figures = useQuery({
    queryKey: ['records', object.name, 'lanes', asked],
    queryFn: ({ signal }) =>
      groups(
        object.name,
        {
          ...given(asked),
          groups: [by],
          aggregates: { count: { count: true }, ...(sum ? { sum: { sum } } : {}) },
        },
        signal,
      ),
  });
  const lanes = field === undefined ? [] : lanesOf(field, figures.data ?? [], by);
  const none = t('group.none', { field: field?.label ?? by });
  const lines = linesOf(object.fields, view.card);
  const drop = async (card: Card, lane: string) => {
    if (card.lane === lane) return;
    const found = moveTo(object, by, card.lane, lane);
    if (!mayMove(object, by, card.lane, lane)) {
      const label = (key: string) => nameOf(lanes.find((one) => one.key === key)) ?? none;
      toast({ text: t('list.noMove', { from: label(card.lane), to: label(lane) }), tone: 'wrong' });
      return;
    }
    const going = { ...card, to: lane };
    setPut(going);
    try {
      if (found !== undefined) await move(object.name, card.row, found, {});
      else await change(object.name, card.row, { [by]: written(lanes.find((one) => one.key === lane)?.value ?? null) });
    } catch (error) {
      failed(error);
    }
    await queries.invalidateQueries({ queryKey: ['records', object.name] });
    // Another may be on its way by now.
    setPut((now) => (now === going ? null : now));
  };
  if (failureOf(figures)) return <ErrorState error={figures.error} reset={() => void figures.refetch()} />;
  if (lanes.length === 0 && figures.isPending) return <Waiting />;
  const sumField = sum === undefined ? undefined : object.fields[sum];
  return (
    <DragArea<Card> onTake={setTaken} onDrop={(card, lane) => void drop(card, lane)}>
      <div className={styles.board} tabIndex={0} role="group" aria-label={view.label}>
        {lanes.map(({ key, value, option }) => {
          const group = figures.data?.find((one) => keyOf(one[by] ?? null) === key);
          const Sum = sumField ? kindOf(sumField).Display : undefined;
          const Head = field && value !== null ? kindOf(field).Display : undefined;
          const count = Number(group?.count ?? 0);
          const shown = count.toLocaleString(i18n.language);
          return (
            <Lane
              key={key}
              object={object}
              view={view}
              name={key}
              own={field === undefined ? '' : conditionOf(by, value, kindOf(field).literal)}
              asked={asked}
              fields={fields}
              lines={lines}
              onOpen={onOpen}
              put={put}
              open={taken === null || taken.lane === key || mayMove(object, by, taken.lane, key)}
            >
              {option ? (
                <Chip option={option} value={key} />
              ) : Head && field ? (
                <Head field={field} value={value} />
              ) : (
                none
              )}
              <span className={styles.count} aria-label={t('page.count', { count, shown })}>
                {shown}
              </span>
              {Sum && sumField && group?.sum !== undefined && (
                <span className={styles.sum}>
                  <Sum field={sumField} value={group.sum} />
                </span>
              )}
            </Lane>
          );
        })}
      </div>
    </DragArea>
  );
}

/** A card in hand. */
interface Card {
  row: Row;
  lane: string;
}

/** A card on its way to another lane. */
interface Put extends Card {
  to: string;
}

/** Only what somebody asked for. */
function given(asked: { view: string; filter: string; search: string }) {
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== '')) as { view: string };
}

/** What people call a lane; nothing for the one without a value. */
function nameOf(lane: LaneOf | undefined): string | undefined {
  return lane?.option?.label ?? referred(lane?.value)?.title ?? undefined;
}

/** The move that leads from one lane to another, where the lanes are stages. */
function moveTo(object: ObjectDefinition, by: string, from: string, to: string): string | undefined {
  if (object.transitions?.field !== by) return undefined;
  const found = Object.entries(object.transitions.moves).find(
    ([, one]) => one.to === to && (one.from.length === 0 || one.from.includes(from)),
  );
  return found?.[0];
}

/** Whether a card may go from one lane to another: by a move, or because the field may be written. */
function mayMove(object: ObjectDefinition, by: string, from: string, to: string): boolean {
  if (object.transitions?.field === by) return moveTo(object, by, from, to) !== undefined;
  return object.fields[by]?.writable === true;
}

interface LaneProps {
  object: ObjectDefinition;
  view: View;
  name: string;
  /** What holds for its cards, as an expression. */
  own: string;
  asked: { view: string; filter: string; search: string };
  fields: string[];
  lines: CardLine[];
  onOpen: (row: Row) => void;
  put: Put | null;
  /** Whether the card in hand may be put here. */
  open: boolean;
  children: React.ReactNode;
}

function Lane({ object, view, name, own, asked, fields, lines, onOpen, put, open, children }: LaneProps) {
  const scroll = useRef<HTMLDivElement>(null);
  const { ref, over } = usePlace(name);
  const found = useInfiniteQuery({
    queryKey: ['records', object.name, 'lane', asked, name, fields],
    queryFn: ({ pageParam, signal }) =>
      list(
        object.name,
        {
          ...given(asked),
          filter: asked.filter === '' ? own : `(${asked.filter}) && ${own}`,
          fields: fields.join(','),
          limit: PAGE,
          ...(pageParam ? { cursor: pageParam } : {}),
        },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });
  const rows = withPut(found.data?.pages.flatMap((page) => page.records) ?? [], name, put);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => 96,
    overscan: 5,
    getItemKey: (at) => rows[at]?.id ?? at,
  });
  const items = virtual.getVirtualItems();
  const failure = failureOf(found);
  const last = items.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = found;
  useEffect(() => {
    if (last >= rows.length - 5 && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [last, rows.length, hasNextPage, isFetchingNextPage, fetchNextPage]);
  return (
    <section ref={ref} className={styles.lane} data-over={(over && open) || undefined} data-closed={!open || undefined}>
      <h2 className={styles.head}>{children}</h2>
      <div ref={scroll} className={styles.cards}>
        {failure && <ErrorState error={failure} reset={() => void found.refetch()} />}
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {items.map((item) => {
            const row = rows[item.index];
            return row === undefined ? null : (
              <div
                key={item.key}
                data-index={item.index}
                ref={virtual.measureElement}
                className={styles.slot}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <CardOf object={object} view={view} row={row} lane={name} lines={lines} onOpen={onOpen} />
              </div>
            );
          })}
        </div>
      </div>
    </section>
  );
}

/** The cards of a lane, as they are when the one that was put somewhere is there. */
function withPut(rows: Row[], lane: string, put: Put | null): Row[] {
  if (put === null || (put.lane !== lane && put.to !== lane)) return rows;
  const others = rows.filter((row) => row.id !== put.row.id);
  return put.to === lane ? [put.row, ...others] : others;
}

interface CardProps {
  object: ObjectDefinition;
  view: View;
  row: Row;
  lane: string;
  lines: CardLine[];
  onOpen: (row: Row) => void;
}

function CardOf({ object, view, row, lane, lines, onOpen }: CardProps) {
  const { ref, taken } = useTakeable(row.id, { row, lane } satisfies Card, !object.may.update);
  const named = view.card?.title;
  const value: Json | undefined = named === undefined ? undefined : row[named];
  return (
    <button ref={ref} className={styles.card} data-taken={taken || undefined} onClick={() => onOpen(row)}>
      <strong>{typeof value === 'string' ? value : titleOf(object, row)}</strong>
      <CardLines className={styles.lines} row={row} lines={lines} />
    </button>
  );
}

import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { change, groups, list, move, type Row } from '../../api/records';
import { titleOf } from '../../definition/title';
import type { Json } from '../../definition/json';
import type { ObjectDefinition, View } from '../../definition/types';
import { kindOf } from '../../fields/registry';
import { Chip } from '../../fields/select';
import { DragArea, usePlace, useTakeable } from '../../ui/dnd';
import { toast } from '../../ui/toast';
import styles from './Board.module.css';
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
export function Board({ object, view, search, fields, onOpen }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const by = view.group_by ?? '';
  const field = object.fields[by];
  const sum = view.card?.sum;
  const [taken, setTaken] = useState<Card | null>(null);
  const asked = useMemo(
    () => ({ view: view.name, filter: search.filter ?? '', search: search.search ?? '' }),
    [view.name, search.filter, search.search],
  );
  const figures = useQuery({
    queryKey: ['records', object.name, 'lanes', asked],
    queryFn: ({ signal }) =>
      groups(
        object.name,
        { ...given(asked), groups: [by], aggregates: { count: { count: true }, ...(sum ? { sum: { sum } } : {}) } },
        signal,
      ),
  });
  const lanes = Object.entries(field?.options ?? {}).filter(
    ([name, option]) => !option.retired || figures.data?.some((group) => group[by] === name),
  );
  const put = async (card: Card, lane: string) => {
    if (card.lane === lane) return;
    const found = moveTo(object, by, card.lane, lane);
    if (!mayMove(object, by, card.lane, lane)) {
      const label = (name: string) => field?.options?.[name]?.label ?? name;
      toast({ text: t('list.noMove', { from: label(card.lane), to: label(lane) }), tone: 'wrong' });
      return;
    }
    try {
      if (found !== undefined) await move(object.name, card.row, found, {});
      else await change(object.name, card.row, { [by]: lane });
    } catch (error) {
      toast({ text: error instanceof Error ? error.message : String(error), tone: 'wrong' });
    }
    await queries.invalidateQueries({ queryKey: ['records', object.name] });
  };
  const sumField = sum === undefined ? undefined : object.fields[sum];
  return (
    <DragArea<Card> onTake={setTaken} onDrop={(card, lane) => void put(card, lane)}>
      <div className={styles.board} tabIndex={0} role="group" aria-label={view.label}>
        {lanes.map(([name, option]) => {
          const group = figures.data?.find((one) => one[by] === name);
          const Sum = sumField ? kindOf(sumField).Display : undefined;
          return (
            <Lane
              key={name}
              object={object}
              view={view}
              by={by}
              name={name}
              asked={asked}
              fields={fields}
              onOpen={onOpen}
              open={taken === null || taken.lane === name || mayMove(object, by, taken.lane, name)}
            >
              <Chip option={option} value={name} />
              <span className={styles.count} aria-label={t('page.count', { count: Number(group?.count ?? 0), shown: group?.count ?? 0 })}>
                {String(group?.count ?? 0)}
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

/** Only what somebody asked for. */
function given(asked: { view: string; filter: string; search: string }) {
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== '')) as { view: string };
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
  by: string;
  name: string;
  asked: { view: string; filter: string; search: string };
  fields: string[];
  onOpen: (row: Row) => void;
  /** Whether the card in hand may be put here. */
  open: boolean;
  children: React.ReactNode;
}

function Lane({ object, view, by, name, asked, fields, onOpen, open, children }: LaneProps) {
  const scroll = useRef<HTMLDivElement>(null);
  const { ref, over } = usePlace(name);
  const own = `${by} == ${JSON.stringify(name)}`;
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
  const rows = found.data?.pages.flatMap((page) => page.records) ?? [];
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => 96,
    overscan: 5,
    getItemKey: (at) => rows[at]?.id ?? at,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = found;
  useEffect(() => {
    if (last >= rows.length - 5 && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [last, rows.length, hasNextPage, isFetchingNextPage, fetchNextPage]);
  return (
    <section ref={ref} className={styles.lane} data-over={(over && open) || undefined} data-closed={!open || undefined}>
      <h2 className={styles.head}>{children}</h2>
      <div ref={scroll} className={styles.cards}>
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
                <CardOf object={object} view={view} row={row} lane={name} onOpen={onOpen} />
              </div>
            );
          })}
        </div>
      </div>
    </section>
  );
}

interface CardProps {
  object: ObjectDefinition;
  view: View;
  row: Row;
  lane: string;
  onOpen: (row: Row) => void;
}

function CardOf({ object, view, row, lane, onOpen }: CardProps) {
  const { ref, taken } = useTakeable(row.id, { row, lane } satisfies Card, !object.may.update);
  const named = view.card?.title;
  const value: Json | undefined = named === undefined ? undefined : row[named];
  return (
    <button ref={ref} className={styles.card} data-taken={taken || undefined} onClick={() => onOpen(row)}>
      <strong>{typeof value === 'string' ? value : titleOf(object, row)}</strong>
      <span className={styles.lines}>
        {Object.keys(view.card?.lines ?? {}).map((path) => {
          const field = object.fields[path];
          const held = row[path] ?? null;
          if (field === undefined || held === null) return null;
          const { Display } = kindOf(field);
          return (
            <span key={path} title={field.label}>
              <Display field={field} value={held} row={row} />
            </span>
          );
        })}
      </span>
    </button>
  );
}

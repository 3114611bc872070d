import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import type { Row } from '../../api/records';
import type { ObjectDefinition } from '../../definition/types';
import { titleFields, titleOf } from '../../definition/title';
import { Bar } from '../../ui/Skeleton';
import styles from './list.module.css';
import type { Column } from '../../fields/columns';
import { CardLines } from './CardLines';
import type { Rows } from './usePages';

interface Props {
  object: ObjectDefinition;
  columns: Column[];
  rows: Rows;
  onOpen: (row: Row) => void;
}

/** Fields below the title of a card: more would make a list of pages. */
const LINES = 4;

/** A list on a phone: a card a record, those in sight only. */
export function Cards({ object, columns, rows, onOpen }: Props) {
  const onShow = rows.show;
  const scroll = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.reach,
    getScrollElement: () => scroll.current,
    estimateSize: () => 108,
    overscan: 6,
  });
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => onShow(first, last), [first, last, onShow]);
  const titles = titleFields(object);
  const rest = columns.filter((column) => !titles.includes(column.path)).slice(0, LINES);
  return (
    <div ref={scroll} className={styles.cards}>
      <ul style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const row = rows.at(item.index);
          return (
            <li
              key={item.key}
              data-index={item.index}
              ref={virtual.measureElement}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              {row === undefined ? (
                <div className={styles.card}>
                  <Bar width="60%" />
                </div>
              ) : (
                <button className={styles.card} onClick={() => onOpen(row)}>
                  <strong>{titleOf(object, row)}</strong>
                  <CardLines className={styles.lines} row={row} lines={rest} />
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

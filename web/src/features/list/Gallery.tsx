import { useVirtualizer } from '@tanstack/react-virtual';
import { ImageOff, Paperclip } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fileAddress } from '../../api/files';
import type { Row } from '../../api/records';
import { titleOf } from '../../definition/title';
import type { ObjectDefinition, View } from '../../definition/types';
import { stored } from '../../fields/file';
import { Bar } from '../../ui/Skeleton';
import { toggled } from '../../ui/toggled';
import { type CardLine, CardLines, linesOf } from './CardLines';
import styles from './Gallery.module.css';
import type { Rows } from './usePages';

interface Props {
  object: ObjectDefinition;
  view: View;
  rows: Rows;
  onOpen: (row: Row) => void;
  selected: ReadonlySet<string>;
  onSelect: (selected: ReadonlySet<string>) => void;
}

/** A card is at least as wide. */
const WIDTH = 200;
const GAP = 12;
/** What a card shows besides its picture, at first guess; it is measured. */
const WORDS = 96;

/** Records as cards with pictures: only the rows of cards in sight are in the page. */
export default function Gallery(props: Props) {
  const { object, view, rows, selected, onSelect } = props;
  const onShow = rows.show;
  const lines = linesOf(object.fields, view.card);
  const scroll = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [current, setCurrent] = useState(0);
  useEffect(() => {
    const element = scroll.current;
    if (element === null) return undefined;
    const watch = new ResizeObserver(() => setWidth(element.clientWidth));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  const across = Math.max(2, Math.floor((width + GAP) / (WIDTH + GAP)));
  const virtual = useVirtualizer({
    count: width === 0 ? 0 : Math.ceil(rows.reach / across),
    getScrollElement: () => scroll.current,
    estimateSize: () => ((width - GAP * (across - 1)) / across) * 0.75 + WORDS,
    overscan: 2,
  });
  useEffect(() => virtual.measure(), [across, width, virtual]);
  const items = virtual.getVirtualItems();
  const first = (items[0]?.index ?? 0) * across;
  const last = Math.min(rows.reach - 1, ((items.at(-1)?.index ?? 0) + 1) * across - 1);
  useEffect(() => onShow(first, Math.max(first, last)), [first, last, onShow]);
  const go = (to: number) => {
    const next = Math.max(0, Math.min(rows.reach - 1, to));
    setCurrent(next);
    virtual.scrollToIndex(Math.floor(next / across));
    const focus = () => {
      const card = scroll.current?.querySelector<HTMLElement>(`[data-card="${next}"]`);
      card?.focus({ preventScroll: true });
      return card;
    };
    // A card out of sight comes into the page with the next frame.
    if (!focus()) requestAnimationFrame(focus);
  };
  const press = (event: KeyboardEvent) => {
    // Those with further keys are of the application or the browser.
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const steps: Record<string, number> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: across,
      ArrowUp: -across,
      j: 1,
      k: -1,
    };
    const step = steps[event.key];
    const now = rows.at(current);
    if (step !== undefined) go(current + step);
    else if (event.key === 'Home') go(0);
    else if (event.key === 'End') go(rows.reach - 1);
    else if (event.key === 'x' && now !== undefined) onSelect(toggled(selected, now.id));
    else return;
    event.preventDefault();
  };
  return (
    <div ref={scroll} className={styles.gallery} role="group" aria-label={view.label} onKeyDown={press}>
      <div className={styles.all} style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => (
          <div
            key={item.key}
            data-index={item.index}
            ref={virtual.measureElement}
            className={styles.line}
            style={{
              transform: `translateY(${item.start}px)`,
              gridTemplateColumns: `repeat(${across}, minmax(0, 1fr))`,
            }}
          >
            {Array.from({ length: Math.min(across, rows.reach - item.index * across) }, (_, place) => {
              const at = item.index * across + place;
              const row = rows.at(at);
              return row === undefined ? (
                <div key={at} className={styles.card} aria-busy>
                  <div className={styles.picture} />
                  <div className={styles.title}>
                    <Bar width="60%" />
                  </div>
                </div>
              ) : (
                <Card
                  key={row.id}
                  {...props}
                  lines={lines}
                  row={row}
                  at={at}
                  current={at === Math.min(current, rows.reach - 1)}
                  onCurrent={() => setCurrent(at)}
                />
              );
            })}
          </div>
        ))}
      </div>
    </div>
  );
}

interface CardProps extends Props {
  lines: CardLine[];
  row: Row;
  at: number;
  current: boolean;
  onCurrent: () => void;
}

function Card({ object, view, lines, row, at, current, selected, onSelect, onCurrent, onOpen }: CardProps) {
  const { t } = useTranslation();
  const named = view.card?.title === undefined ? undefined : row[view.card.title];
  const title = typeof named === 'string' && named !== '' ? named : titleOf(object, row);
  const chosen = selected.has(row.id);
  return (
    <div className={styles.card} data-chosen={chosen || undefined}>
      <button
        className={styles.open}
        data-card={at}
        tabIndex={current ? 0 : -1}
        onFocus={onCurrent}
        onClick={() => onOpen(row)}
      >
        <Cover object={object} view={view} row={row} />
        <strong className={styles.title}>{title}</strong>
      </button>
      <CardLines className={styles.lines} row={row} lines={lines} />
      <label className={styles.check}>
        <input
          type="checkbox"
          tabIndex={current ? 0 : -1}
          aria-label={t('grid.select', { name: title })}
          checked={chosen}
          onChange={() => onSelect(toggled(selected, row.id))}
        />
      </label>
    </div>
  );
}

/** The picture of a record, from where its field keeps it; a file that is none shows its name. */
function Cover({ object, view, row }: { object: ObjectDefinition; view: View; row: Row }) {
  const { t } = useTranslation();
  const field = view.cover ?? '';
  const file = stored(row[field] ?? null);
  const [broken, setBroken] = useState(false);
  if (file !== null && !broken && PICTURES.includes(file.type)) {
    return (
      <span className={styles.picture}>
        <img
          src={fileAddress({ object: object.name, id: row.id, field })}
          alt=""
          loading="lazy"
          decoding="async"
          onError={() => setBroken(true)}
        />
      </span>
    );
  }
  return (
    <span className={styles.picture} aria-hidden={file === null}>
      {file === null ? <ImageOff size={28} strokeWidth={1.3} aria-hidden /> : <Paperclip size={28} aria-hidden />}
      <span className={styles.none}>{file === null ? t('gallery.noPicture') : file.name}</span>
    </span>
  );
}

/** What browsers show of what the server takes as a picture. */
const PICTURES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];

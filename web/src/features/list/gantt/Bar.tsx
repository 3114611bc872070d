import { type CSSProperties, type KeyboardEvent, type MouseEvent, type PointerEvent, useEffect, useRef } from 'react';
import { pixelsTo } from './axis';
import styles from './Bar.module.css';
import type { TaskLineProps } from './TaskLine';
import { type Grip, moved, type Span, valuesOf } from './time';
import { shown } from './useSpans';

/** How high a bar is. */
const HEIGHT = 24;
/** A bar below this width has its edges beside it, so that there is something left to take it by. */
const NARROW = 28;
/** A bar below this width says nothing. */
const WORDS = 48;

const coarse = matchMedia('(pointer: coarse)');

/** A hand on a bar. */
interface Hand {
  grip: Grip;
  x: number;
  from: Span;
  to: Span | null;
}

/** How long a record lasts. It is moved and made longer by mouse, finger and keys. */
export function Bar(props: TaskLineProps & { span: Span }) {
  const { t, line, span, held, axis, days, may, critical, current, height, after } = props;
  const { task } = line;
  const { grip, press, blur, keyed } = useHands(props);
  const values = valuesOf(span, days);
  const words = [
    t('gantt.bar', { name: task.title, start: shown(values.start), end: shown(values.end) }),
    ...(task.progress === null ? [] : [t('gantt.done', { share: task.progress })]),
    ...(after.length === 0 ? [] : [t('gantt.after', { names: after.join(', ') })]),
    ...(critical ? [t('gantt.isCritical')] : []),
  ].join(', ');
  const writable = (may.move || may.start || may.end) && !line.whole;
  const width = Math.max(2, (span.end - span.start) * axis.width);
  const style: CSSProperties = {
    left: pixelsTo(axis, span.start),
    width,
    height: HEIGHT,
    top: (height - HEIGHT) / 2,
  };
  return (
    <button
      className={styles.bar}
      style={style}
      tabIndex={current ? 0 : -1}
      aria-label={words}
      aria-keyshortcuts={writable ? KEYS : undefined}
      data-bar
      data-movable={(writable && may.move) || undefined}
      data-critical={critical || undefined}
      data-whole={line.whole || undefined}
      data-held={held || undefined}
      data-pending={keyed || undefined}
      data-chosen={(writable && current) || undefined}
      data-narrow={width < NARROW || undefined}
      {...grip}
      onKeyDown={press}
      onBlur={blur}
    >
      <span className={styles.drawn} style={{ width, lineHeight: `${HEIGHT - 4}px` }}>
        {width >= WORDS && <span className={styles.words}>{task.title}</span>}
        {task.progress !== null && <span className={styles.share} style={{ width: `${task.progress}%` }} />}
      </span>
      {writable && may.start && <span className={styles.edge} data-edge="start" style={edge(width, 'start')} />}
      {writable && may.end && <span className={styles.edge} data-edge="end" style={edge(width, 'end')} />}
    </button>
  );
}

const KEYS = ['', 'Shift+', 'Control+'].map((held) => `${held}ArrowLeft ${held}ArrowRight`).join(' ');

/** The right edge stands where the drawn bar ends, which may be inside of the button. */
function edge(width: number, which: 'start' | 'end'): CSSProperties {
  if (which === 'start') return {};
  return { left: width < NARROW || coarse.matches ? width : width - 6 };
}

/** What pointers and keys do to a bar. */
function useHands(props: TaskLineProps & { span: Span }) {
  const { t, line, span, axis, days, may, current, onOpen, onHold, onSave, onSay } = props;
  const hand = useRef<Hand | null>(null);
  /** Where keys have brought it; it is written when they are done. */
  const keys = useRef<Span | null>(null);
  const pointer = useRef<{ type: string; chosen: boolean; dragged: boolean }>({
    type: 'mouse',
    chosen: true,
    dragged: false,
  });
  const step = !days && axis.scale === 'day' ? 1 / 24 : 1;
  const permitted = (how: Grip) => !line.whole && may[how];
  const settle = () => {
    const to = keys.current;
    keys.current = null;
    if (to !== null) onSave(to);
  };
  // A bar that leaves the page takes along what keys did to it.
  const last = useRef(settle);
  last.current = settle;
  useEffect(() => () => last.current(), []);

  const grip = {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      pointer.current = { type: event.pointerType, chosen: current, dragged: false };
      const how = ((event.target as HTMLElement).dataset.edge ?? 'move') as Grip;
      // The first touch chooses a bar: until then a finger scrolls.
      if (event.button !== 0 || !permitted(how) || (event.pointerType !== 'mouse' && !current)) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      hand.current = { grip: how, x: event.clientX, from: span, to: null };
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      const held = hand.current;
      if (held === null) return;
      const by = Math.round((event.clientX - held.x) / axis.width / step) * step;
      if (by === 0 && held.to === null) return;
      held.to = moved(held.from, held.grip, by, days);
      pointer.current.dragged = true;
      onHold(held.to);
    },
    onPointerUp: () => {
      const held = hand.current;
      hand.current = null;
      if (held?.to) onSave(held.to);
    },
    onPointerCancel: () => {
      hand.current = null;
      onHold(null);
    },
    onClick: (event: MouseEvent<HTMLElement>) => {
      const { type, chosen, dragged } = pointer.current;
      pointer.current = { type: 'mouse', chosen: true, dragged: false };
      if (dragged) return;
      // Some browsers give no focus to a button that is touched, and the focus is what chooses.
      if (type !== 'mouse' && !chosen && permitted('move')) event.currentTarget.focus();
      else onOpen();
    },
  };
  const press = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -step, ArrowRight: step }[event.key];
    const how: Grip = event.shiftKey ? 'end' : event.ctrlKey || event.metaKey ? 'start' : 'move';
    if (by !== undefined && permitted(how)) {
      const to = moved(keys.current ?? span, how, by, days);
      keys.current = to;
      onHold(to);
      const values = valuesOf(to, days);
      onSay(t('gantt.moving', { name: line.task.title, start: shown(values.start), end: shown(values.end) }));
    } else if (event.key === 'Enter' && keys.current !== null) settle();
    else if (event.key === 'Escape' && (keys.current !== null || hand.current !== null)) {
      keys.current = null;
      hand.current = null;
      onHold(null);
      onSay(t('gantt.takenBack', { name: line.task.title }));
    } else return;
    event.preventDefault();
  };
  return { grip, press, blur: settle, keyed: keys.current !== null };
}

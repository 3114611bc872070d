import { type FocusEvent, type KeyboardEvent, type RefObject, useLayoutEffect, useRef, useState } from 'react';
import type { Line } from './plan';

/** Which line can be reached by Tab, and the way from line to line by arrows. */
export function useFocus(
  scroll: RefObject<HTMLDivElement | null>,
  lines: readonly Line[],
  reveal: (index: number) => void,
) {
  const [chosen, setChosen] = useState<string | null>(null);
  const inside = useRef(false);
  const current = lines.some((line) => line.id === chosen) ? chosen : (lines[0]?.id ?? null);
  const find = (id: string) => {
    const row = scroll.current?.querySelector(`[data-line="${CSS.escape(id)}"]`);
    return row?.querySelector<HTMLElement>('[data-bar]') ?? row?.querySelector<HTMLElement>('button');
  };
  const go = (from: number, by: number) => {
    const at = Math.max(0, Math.min(lines.length - 1, from + by));
    const next = lines[at];
    if (next === undefined) return;
    setChosen(next.id);
    reveal(at);
    const focus = () => {
      const found = find(next.id);
      found?.focus({ preventScroll: true });
      return found;
    };
    // A line out of sight comes into the page with the next frame.
    if (!focus()) requestAnimationFrame(focus);
  };
  useLayoutEffect(() => {
    // A line that moves to another place loses the focus; whoever moved it by keys goes on there.
    if (inside.current && current !== null && document.activeElement === document.body) {
      find(current)?.focus({ preventScroll: true });
    }
  });
  const watch = {
    onFocus: (event: FocusEvent) => {
      inside.current = true;
      const line = lineOf(event);
      if (line !== undefined) setChosen(line);
    },
    onKeyDown: (event: KeyboardEvent) => {
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (by === undefined) return;
      const id = lineOf(event);
      const from = lines.findIndex((line) => line.id === id);
      if (from < 0) return;
      event.preventDefault();
      go(from, by);
    },
    onBlur: (event: FocusEvent) => {
      if (event.relatedTarget !== null) inside.current = scroll.current?.contains(event.relatedTarget) === true;
    },
    onPointerDown: () => {
      inside.current = false;
    },
  };
  return { current, watch };
}

/** The id of the line in which something happens. */
function lineOf({ target }: { target: EventTarget }): string | undefined {
  return (target as HTMLElement).closest<HTMLElement>('[data-line]')?.dataset.line;
}

import { useLayoutEffect, useState } from 'react';
import { around, type Box } from './place';

/** Around what it is about, the light leaves some room. */
const ROOM = 5;

/** What the tour speaks of, as it stands on the screen. */
export function elementsOf(at: string): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>(`[data-tour="${at}"]`)].filter((one) => one.checkVisibility());
}

/** Where something stands now, with what of it is in sight; nothing while it is not there. */
export function useSight(at: string): Box | undefined {
  const [box, setBox] = useState<Box>();
  useLayoutEffect(() => {
    let brought = false;
    const measure = () => {
      const there = elementsOf(at);
      if (!brought && there[0] && !begins(there[0])) there[0].scrollIntoView({ block: 'start', inline: 'nearest' });
      brought ||= there.length > 0;
      const next = inSight(around(there.map((one) => one.getBoundingClientRect())));
      setBox((before) => (same(before, next) ? before : next));
    };
    measure();
    // It may come later than the tour, as a menu that is opened does, and grow with what is loaded.
    const changes = new MutationObserver(measure);
    changes.observe(document.body, { childList: true, subtree: true });
    addEventListener('resize', measure);
    addEventListener('scroll', measure, true);
    return () => {
      changes.disconnect();
      removeEventListener('resize', measure);
      removeEventListener('scroll', measure, true);
    };
  }, [at]);
  return box;
}

/** Whether its begin can be seen. */
function begins(one: HTMLElement): boolean {
  const { top } = one.getBoundingClientRect();
  return top >= 0 && top < innerHeight;
}

function inSight(box: Box | undefined): Box | undefined {
  if (box === undefined) return undefined;
  const left = Math.max(0, box.left - ROOM);
  const top = Math.max(0, box.top - ROOM);
  const right = Math.min(innerWidth, box.left + box.width + ROOM);
  const bottom = Math.min(innerHeight, box.top + box.height + ROOM);
  return { left, top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) };
}

function same(a: Box | undefined, b: Box | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.left === b.left && a.top === b.top && a.width === b.width && a.height === b.height;
}

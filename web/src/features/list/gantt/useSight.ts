import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Axis } from './axis';

/** Pixels by which one scrolls before other days are drawn. */
const STEP = 400;

/**
 * Which days are in sight. The day in the middle stays there where the axis becomes another.
 *
 * @param table - pixels that the table at the left covers
 * @param begin - where one looks first
 * @param onWidth - hears how wide the chart is
 */
export function useSight(
  scroll: RefObject<HTMLDivElement | null>,
  axis: Axis,
  table: number,
  begin: number,
  onWidth: (width: number) => void,
) {
  const middle = useRef<number | null>(null);
  const [slot, setSlot] = useState({ left: 0, width: 0 });
  const half = useCallback(() => ((scroll.current?.clientWidth ?? 0) - table) / 2, [scroll, table]);
  const put = useCallback(() => {
    const element = scroll.current;
    if (element === null || middle.current === null) return;
    element.scrollLeft = (middle.current - axis.start) * axis.width - half();
  }, [scroll, axis, half]);
  const scrolled = useCallback(() => {
    const element = scroll.current;
    if (element === null) return;
    middle.current = axis.start + (element.scrollLeft + half()) / axis.width;
    const next = { left: Math.floor(element.scrollLeft / STEP) * STEP, width: element.clientWidth };
    setSlot((before) => (before.left === next.left && before.width === next.width ? before : next));
  }, [scroll, axis, half]);
  const show = useCallback(
    (place: number) => {
      middle.current = place;
      put();
    },
    [put],
  );
  useEffect(() => {
    const element = scroll.current;
    if (element === null) return undefined;
    const watch = new ResizeObserver(() => {
      onWidth(element.clientWidth);
      scrolled();
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, [scroll, onWidth, scrolled]);
  useLayoutEffect(() => {
    // Before the first look the table has no width yet; a plan is looked at from shortly before where it begins.
    if (middle.current === null && Number.isFinite(begin)) middle.current = begin + (half() / axis.width) * 0.7;
    put();
    scrolled();
  }, [axis, begin, half, put, scrolled]);
  return {
    from: axis.start + (slot.left - STEP) / axis.width,
    to: axis.start + (slot.left + slot.width + 2 * STEP) / axis.width,
    scrolled,
    show,
  };
}

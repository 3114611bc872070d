import { useEffect, useState } from 'react';

/** How long nothing is typed before a server is asked, in milliseconds. */
const PAUSE = 250;

/** What somebody types, as soon as he stops: a server is not asked for every key. */
export function useSettled<T>(value: T, pause = PAUSE): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pause);
    return () => clearTimeout(timer);
  }, [value, pause]);
  return settled;
}

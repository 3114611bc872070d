import { useEffect, useRef, useState } from 'react';
import { useSettled } from './useSettled';

/** What somebody types is shown at once, and told when they stop; what is given otherwise meanwhile takes its place. */
export function useTyped(value: string, onChange: (value: string) => void): [string, (typed: string) => void] {
  const [typed, setTyped] = useState(value);
  const told = useRef(value);
  // The address changed by other means: the way back, or "clear".
  useEffect(() => {
    if (value !== told.current) setTyped(value);
    told.current = value;
  }, [value]);
  const settled = useSettled(typed.trim());
  useEffect(() => {
    if (settled === told.current) return;
    told.current = settled;
    onChange(settled);
  }, [settled]);
  return [typed, setTyped];
}

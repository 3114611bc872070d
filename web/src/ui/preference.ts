import { useSyncExternalStore } from 'react';

/** Something a person chose for this browser: kept in its storage, and known to all who use it here. */
export interface Preference<T extends string> {
  get(): T;
  set(value: T): void;
  /** In a component: the value now, and again when it changes. */
  use(): T;
}

/** A preference of one of these values, or of any where they are `open`; the first is taken until somebody chooses. */
export function preference<T extends string>(name: string, values: readonly [T, ...T[]], open = false): Preference<T> {
  const key = `lifeloom.${name}`;
  const listeners = new Set<() => void>();
  let value = read();

  function read(): T {
    const kept = stored(key);
    if (open && kept !== null) return kept as T;
    return values.find((one) => one === kept) ?? values[0];
  }

  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const get = () => value;
  // Another tab of the same browser changed it.
  addEventListener('storage', (event) => {
    if (event.key !== key) return;
    value = read();
    listeners.forEach((listener) => listener());
  });
  return {
    get,
    set(next) {
      value = next;
      try {
        localStorage.setItem(key, next);
      } catch {
        // A browser that keeps nothing: the choice holds until the page is left.
      }
      listeners.forEach((listener) => listener());
    },
    use: () => useSyncExternalStore(subscribe, get),
  };
}

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

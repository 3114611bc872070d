import { useSyncExternalStore } from 'react';

/** A word about what happened, with the way back where there is one. */
export interface Toast {
  id: number;
  text: string;
  detail?: string | undefined;
  tone: 'done' | 'wrong';
  action?: { label: string; run: () => void } | undefined;
}

/** How long it stays: long enough to be read, longer where something can be undone. */
const STAYS = { done: 5000, wrong: 10_000, action: 10_000 };

let toasts: readonly Toast[] = [];
let last = 0;
const listeners = new Set<() => void>();

function put(next: readonly Toast[]): void {
  toasts = next;
  listeners.forEach((listener) => listener());
}

export function dismiss(id: number): void {
  put(toasts.filter((one) => one.id !== id));
}

/** Says something at the edge of the page. */
export function toast(said: Omit<Toast, 'id'>): void {
  last += 1;
  const id = last;
  put([...toasts, { ...said, id }]);
  setTimeout(() => dismiss(id), said.action ? STAYS.action : STAYS[said.tone]);
}

/** Says why something could not be done. */
export function failed(error: unknown): void {
  toast({ text: error instanceof Error ? error.message : String(error), tone: 'wrong' });
}

export function useToasts(): readonly Toast[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
}

import { useQueryClient } from '@tanstack/react-query';
import { type RefObject, useEffect, useRef, useState } from 'react';
import type { Row } from '../../api/records';
import { type Act, type Task, taskQuery } from '../../api/tasks';
import { failed } from '../../ui/toast';

/** What somebody wants to do by a key, and is asked about first. */
export interface Wanted {
  task: Task;
  act: Act;
  /** The version of the record, where it was looked at. */
  seen: number | undefined;
}

/** What each key means; of several the first that can be done. */
const KEYS: Record<string, readonly Act[]> = { a: ['approve', 'done', 'resolve'], r: ['reject'] };
const STEPS: Record<string, number> = { j: 1, k: -1 };
/** Here a letter is a letter. */
const TYPING = 'input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]';
/** What is open comes first. */
const OVER = 'dialog[open], [role=dialog], [role=menu], [role=tooltip], [role=listbox]';

interface Options {
  list: RefObject<HTMLUListElement | null>;
  /** The task beside the list. */
  open: string | undefined;
  /** Shows which key does what. */
  onHelp: () => void;
  onSearch: () => void;
}

/** j and k go down and up, Enter opens, a approves or says that it is done, r rejects, x marks; `/` finds, `?` tells the keys. */
export function useKeys({ list, open, onHelp, onSearch }: Options) {
  const queries = useQueryClient();
  const [wanted, setWanted] = useState<Wanted | null>(null);
  /** Where somebody was last: what was decided is gone, and the next stands in its place. */
  const last = useRef(0);
  useEffect(() => {
    const want = async (id: string, acts: readonly Act[]) => {
      try {
        const task = await queries.fetchQuery({ ...taskQuery(id), staleTime: 0 });
        const act = acts.find((one) => task.may?.includes(one));
        // What is not open was not looked at.
        const seen = id === open ? versionOf(task) : undefined;
        if (act) setWanted({ task, act, seen });
      } catch (error) {
        failed(error);
      }
    };
    const versionOf = ({ record }: Task) => {
      const read = queries.getQueriesData<Partial<Row>>({ queryKey: ['record', record.object, record.id] });
      return read.map(([, row]) => row?.version).find((version) => typeof version === 'number');
    };
    const listen = (event: KeyboardEvent) => {
      const typing = event.target instanceof Element && event.target.closest(TYPING);
      const over = [...document.querySelectorAll(OVER)].some((one) => one.checkVisibility());
      if (typing || over || event.ctrlKey || event.metaKey || event.altKey) return;
      const links = [...(list.current?.querySelectorAll<HTMLElement>('[data-task]') ?? [])];
      const focused = links.findIndex((link) => link.parentElement?.contains(document.activeElement));
      const at = focused >= 0 ? focused : links.findIndex((link) => link.dataset.task === open);
      const step = STEPS[event.key];
      const acts = KEYS[event.key];
      if (step !== undefined) {
        const next = at < 0 ? Math.min(last.current, links.length - 1) : at + step;
        last.current = Math.max(0, Math.min(links.length - 1, next));
        links[last.current]?.focus();
      } else if (acts !== undefined) {
        const id = links[at]?.dataset.task ?? open;
        if (id !== undefined) void want(id, acts);
      } else if (event.key === 'x')
        links[at]?.parentElement?.querySelector<HTMLElement>('input[type=checkbox]')?.click();
      else if (event.key === '?') onHelp();
      else if (event.key === '/') onSearch();
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  });
  return { wanted, dismiss: () => setWanted(null) };
}

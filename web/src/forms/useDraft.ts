import { useCallback, useEffect, useRef, useState } from 'react';
import type { FieldValues, UseFormReturn } from 'react-hook-form';
import type { Json } from '../definition/json';
import type { ObjectDefinition } from '../definition/types';
import { type Draft, openDraft, readDraft, removeDraft, typedIn, writeDraft } from './drafts';

type Values = Record<string, Json>;

/** How long nothing is typed before it is kept, in milliseconds. */
const PAUSE = 400;

interface Kept {
  /** What was typed before the page was left, as long as nobody said what becomes of it. */
  offered: Draft | null;
  /** Takes it up, or lets it go; either way it is answered. */
  answer: () => void;
  /** Keeps what is typed now, at once; false where the browser does not. */
  flush: () => boolean;
  /** It is saved, or not wanted: nothing is kept any more. Answers how that is undone, where something was kept. */
  end: () => (() => void) | null;
}

/**
 * Keeps what is typed into a form in this browser, until it is saved.
 *
 * @param key - where; nowhere without one
 * @param base - what the record holds that is being changed, as it is now
 */
export function useDraft(
  key: string | undefined,
  object: ObjectDefinition,
  methods: UseFormReturn<FieldValues>,
  base: { readonly current: Values },
  of: (object: string) => ObjectDefinition | undefined,
): Kept {
  const [offered, setOffered] = useState(() => (key === undefined ? null : openDraft(key)));
  // What was typed before stays kept beside what is typed now, until somebody says what becomes of it.
  const earlier = useRef(offered?.fields ?? {});
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const ended = useRef(false);
  const { watch, getValues } = methods;
  const flush = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = undefined;
    if (ended.current) return true;
    const typed = typedIn(object, base.current, getValues() as Values, of);
    if (key === undefined) return Object.keys(typed).length === 0;
    return writeDraft(key, { at: new Date().toISOString(), fields: { ...earlier.current, ...typed } });
  }, [key, object, base, getValues, of]);
  useEffect(() => {
    const { unsubscribe } = watch(() => {
      clearTimeout(timer.current);
      timer.current = setTimeout(flush, PAUSE);
    });
    // A page that goes away may not come back.
    const leave = () => timer.current !== undefined && flush();
    addEventListener('pagehide', leave);
    document.addEventListener('visibilitychange', leave);
    return () => {
      leave();
      unsubscribe();
      removeEventListener('pagehide', leave);
      document.removeEventListener('visibilitychange', leave);
    };
  }, [watch, flush]);
  const answer = useCallback(() => {
    earlier.current = {};
    setOffered(null);
    flush();
  }, [flush]);
  const end = useCallback(() => {
    ended.current = true;
    clearTimeout(timer.current);
    timer.current = undefined;
    if (key === undefined) return null;
    const kept = readDraft(key);
    removeDraft(key);
    return (
      kept &&
      (() => {
        // The form may be in sight still: the page that follows is on its way.
        ended.current = false;
        writeDraft(key, kept);
      })
    );
  }, [key]);
  return { offered, answer, flush, end };
}

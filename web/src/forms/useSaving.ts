import { type FormEvent, type RefObject, useState } from 'react';
import type { FieldValues, UseFormReturn } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import type { Json } from '../definition/json';
import { Problem } from '../definition/problem';
import type { ObjectDefinition } from '../definition/types';
import { toast } from '../ui/toast';
import { changed } from './changed';
import { type Conflict, merge, withTheirs } from './merge';
import type { Author } from './MergeDialog';

type Values = Record<string, Json>;

/** A record as it is now, and who made it so. */
export interface Newer {
  row: Values;
  author: Author;
}

/** How often somebody else may be quicker before a save is given up. */
const TRIES = 4;

interface Question {
  conflicts: Conflict[];
  author: Author;
  /** Hears at which places theirs is wanted; `null` goes back to the form. */
  answer: (theirs: readonly Conflict[] | null) => void;
}

interface Saving {
  object: ObjectDefinition;
  methods: UseFormReturn<FieldValues>;
  /** What the record held when the form was filled; a newer one takes its place when the two are merged. */
  base: RefObject<Values>;
  of: (object: string) => ObjectDefinition | undefined;
  send: (changes: Values, base: Values) => Promise<() => void>;
  /** Reads the record again; without it nothing is merged. */
  reread: (() => Promise<Newer>) | undefined;
  onSaved: () => void;
}

/** Saves a form: what the server refuses stands at its place, what others changed meanwhile is merged. */
export function useSaving({ object, methods, base, of, send: deliver, reread, onSaved }: Saving) {
  const { t } = useTranslation();
  const [question, setQuestion] = useState<Question | null>(null);
  const { control, handleSubmit, reset, clearErrors, setError } = methods;

  /** Puts what is wrong where it is; what has no place here is said above the form, and at the edge of the page. */
  const refuse = (error: unknown): void => {
    const findings = error instanceof Problem ? (error.body.errors ?? []) : [];
    const placed = new Map<string, string[]>();
    const elsewhere: string[] = [];
    const { mount, array } = control._names;
    for (const { path = '', code, message } of findings) {
      const name = path.replace(/\[(\d+)\]/g, '.$1');
      const label = code === 'required' ? labelAt(object, name, of) : undefined;
      const words = label === undefined ? message : t('form.required', { field: label });
      const [list = '', line] = name.split('.');
      // Of many lines only some stand in the page; the others come when something is wrong in them.
      if (array.has(list) ? line !== undefined : mount.has(name)) {
        placed.set(name, [...(placed.get(name) ?? []), words]);
      } else elsewhere.push(words);
    }
    [...placed].forEach(([name, words], at) => {
      setError(name, { message: words.join(' ') }, { shouldFocus: at === 0 });
    });
    const own = error instanceof Error ? error.message : String(error);
    const said = elsewhere.length > 0 ? elsewhere.join(' ') : own;
    if (placed.size === 0) toast({ text: said, tone: 'wrong' });
    setError('root', { message: said });
  };

  /** What two began with, and what each made of it; `null` where somebody would rather go back. */
  const together = async (begun: Values, mine: Values, { row, author }: Newer): Promise<Values | null> => {
    const { values, conflicts } = merge(object, begun, mine, row, of);
    if (conflicts.length === 0) return values;
    const theirs = await new Promise<readonly Conflict[] | null>((answer) =>
      setQuestion({ conflicts, author, answer }),
    );
    setQuestion(null);
    return theirs === null ? null : withTheirs(values, theirs);
  };

  const send = handleSubmit(async (typed) => {
    let mine = typed as Values;
    for (let tries = 1; ; tries += 1) {
      try {
        const leave = await deliver(changed(object, base.current, mine, of), base.current);
        onSaved();
        if (tries > 1) toast({ text: t('merge.done'), tone: 'done' });
        leave();
        return;
      } catch (error) {
        const late = error instanceof Problem && error.status === 412 && reread !== undefined && tries < TRIES;
        if (!late) return refuse(error);
        try {
          const newer = await reread();
          const merged = await together(base.current, mine, newer);
          if (merged === null) return refuse(new Error(t('merge.notSaved')));
          base.current = newer.row;
          mine = merged;
          reset(merged);
        } catch (found) {
          return refuse(found);
        }
      }
    }
  });

  const save = (event: FormEvent) => {
    // What was refused before may hold now; of what has no input here nobody could take it back.
    clearErrors();
    return send(event);
  };

  return { save, question, together };
}

/** What a field is called by its place: one of the record, or of one of its lines. */
function labelAt(object: ObjectDefinition, name: string, of: Saving['of']): string | undefined {
  const [own = '', , inner] = name.split('.');
  const field = object.fields[own];
  return inner === undefined ? field?.label : of(field?.of ?? '')?.fields[inner]?.label;
}

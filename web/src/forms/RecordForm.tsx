import { useQueryClient } from '@tanstack/react-query';
import { useBlocker, useRouter } from '@tanstack/react-router';
import Button from 'antd/es/button';
import { CircleAlert } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useCallback, useEffect, useId, useRef } from 'react';
import { type FieldValues, FormProvider, useForm as useHookForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { definitionQuery } from '../api/definitions';
import { useNamedForm } from '../api/forms';
import { usePerson } from '../api/session';
import { sectionsOf, type ShownSection } from '../definition/form';
import type { Json } from '../definition/json';
import type { ObjectDefinition } from '../definition/types';
import { Creation } from '../fields/creation';
import { usePhone } from '../ui/appearance';
import { toast } from '../ui/toast';
import { authorOf } from './author';
import { DraftOffer } from './DraftOffer';
import { draftKey, readDraft, typedIn } from './drafts';
import styles from './forms.module.css';
import { Inputs } from './Inputs';
import { useDraft } from './useDraft';
import { type Newer, useSaving } from './useSaving';

// Most forms are saved without either.
const MergeDialog = lazy(() => import('./MergeDialog'));
const CreateSheet = lazy(() => import('./CreateSheet'));

type Values = Record<string, Json>;

interface Props {
  object: ObjectDefinition;
  /** What the record holds before anybody types. */
  before: Values;
  /** What is filled in already, as if somebody had typed it. */
  typed?: Values | undefined;
  /** Only these sections, instead of those of the object's form. */
  only?: ShownSection[];
  /** The form that shows it; the object's own without it. */
  named?: string | undefined;
  /** The record that is changed; a new one without it. */
  id?: string;
  /**
   * Sends what was changed, with the name of the form that is shown whole; what it throws is shown at its place.
   * Answers how to leave the form.
   */
  onSave: (changes: Values, before: Values, form?: string) => Promise<() => void>;
  /** Reads the record again where somebody else changed it meanwhile. */
  reread?: () => Promise<Newer>;
  onCancel: () => void;
  /** What the button says that sends it; "Save" without it. */
  saveLabel?: string;
  /** Another way on, beside the buttons; it takes along what is typed. */
  other?: (take: () => Values) => ReactNode;
}

/** A record in the sections of its form, to be filled in. */
export function RecordForm(props: Props) {
  const { object, before, typed, only, named = '', id, onSave, reread, onCancel, saveLabel, other } = props;
  const { t } = useTranslation();
  const router = useRouter();
  const queries = useQueryClient();
  const form = useNamedForm(object.name, named);
  const shown = sectionsOf(object, form, usePhone());
  const methods = useHookForm<FieldValues>({ defaultValues: before, mode: 'onTouched' });
  const { formState, getValues, setValue, reset } = methods;
  const base = useRef(before);
  const of = useCallback((name: string) => queries.getQueryData(definitionQuery('object', name).queryKey), [queries]);
  const key = draftKey(usePerson().id, object.name, id);
  const draft = useDraft(key, object, methods, base, of);
  const { save, question, together } = useSaving({
    object,
    methods,
    base,
    of,
    send: (changes, before) => onSave(changes, before, only ? undefined : form?.name),
    reread,
    onSaved: draft.end,
  });
  const { flush } = draft;
  // What is typed is kept, so that one may leave; only where the browser keeps nothing one is asked.
  useBlocker({ shouldBlockFn: () => !flush() && !confirm(t('form.leave')), enableBeforeUnload: () => !flush() });
  useEffect(() => {
    for (const [name, value] of Object.entries(typed ?? {})) setValue(name, value);
    return () => {
      if (flush() && readDraft(key) !== null) toast({ text: t('form.kept'), tone: 'done' });
    };
    // What was filled in before is so once.
  }, []);
  const { submitCount, isSubmitting } = formState;
  const place = useRef<HTMLFormElement>(null);
  useEffect(() => {
    // A form in a sheet is beside the one under it, which may have something wrong, too.
    if (submitCount > 0) place.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [submitCount]);

  const takeUp = async () => {
    const fields = Object.entries(draft.offered?.fields ?? {}).filter(([name]) => object.fields[name]?.writable);
    const now = getValues() as Values;
    const begun = { ...base.current, ...Object.fromEntries(fields.map(([name, field]) => [name, field.before])) };
    const mine = { ...now, ...Object.fromEntries(fields.map(([name, field]) => [name, field.now])) };
    // Somebody else may have changed the record since.
    const author = () => authorOf(base.current);
    const merged = await together(begun, mine, { row: base.current, author });
    if (merged === null) return;
    reset({ ...merged, ...differing(base.current, now, merged) });
    draft.answer();
  };
  const cancel = () => {
    flush();
    const again = draft.end();
    if (again !== null) {
      const { href } = router.state.location;
      const undo = () => {
        again();
        void router.navigate({ href });
      };
      toast({ text: t('form.discarded'), tone: 'done', action: { label: t('list.undo'), run: undo } });
    }
    onCancel();
  };

  const take = () => {
    const now = typedIn(object, base.current, getValues() as Values, of);
    draft.end();
    return Object.fromEntries(Object.entries(now).map(([name, field]) => [name, field.now]));
  };

  const formId = useId();
  const refused = formState.errors.root?.message;
  return (
    <Creation.Provider value={CreateSheet}>
      <FormProvider {...methods}>
        <form
          ref={place}
          id={formId}
          className={styles.scroll}
          noValidate
          onSubmit={(event) => {
            // A form in a sheet over this one is inside it for React, and none of its business.
            event.stopPropagation();
            void save(event);
          }}
        >
          <div className={styles.column}>
            {draft.offered && (
              <DraftOffer at={draft.offered.at} onTake={() => void takeUp()} onDiscard={draft.answer} />
            )}
            {refused && (
              <p className={styles.wrong} role="alert">
                <CircleAlert size={14} aria-hidden />
                {refused}
              </p>
            )}
            <Inputs object={object} form={form} sections={only ?? shown} />
          </div>
        </form>
        <div className={styles.bar}>
          <div>
            {other?.(take)}
            <Button onClick={cancel}>{t('form.cancel')}</Button>
            <Button type="primary" htmlType="submit" form={formId} loading={isSubmitting && question === null}>
              {saveLabel ?? t('form.save')}
            </Button>
          </div>
        </div>
        <Suspense fallback={null}>
          {question && (
            <MergeDialog
              object={object}
              of={of}
              conflicts={question.conflicts}
              author={question.author}
              onDone={question.answer}
              onCancel={() => question.answer(null)}
            />
          )}
        </Suspense>
      </FormProvider>
    </Creation.Provider>
  );
}

/** What was typed since: it counts more than what is taken up again. */
function differing(base: Values, now: Values, merged: Values): Values {
  const own = Object.entries(now).filter(
    ([name, value]) => name in merged && JSON.stringify(value) !== JSON.stringify(base[name]),
  );
  return Object.fromEntries(own);
}

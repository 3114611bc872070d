import Select from 'antd/es/select';
import { Plus, Table2 } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useContext, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../api/session';
import type { Json } from '../definition/json';
import { type Referred, referred } from '../definition/reference';
import { Face } from '../ui/Face';
import { useSettled } from '../ui/useSettled';
import { rememberChosen } from './chosen';
import { leadsTo } from './columns';
import { Creation } from './creation';
import type { InputProps } from './field';
import styles from './fields.module.css';
import { inputProps } from './kit';
import { useCandidates, useRestriction } from './useCandidates';

const LookupTable = lazy(() => import('./LookupTable'));

/** Entries that are no records: what else can be done. Ids are never words. */
const CREATE = 'create';
const TABLE = 'table';
const NOTHING = 'nothing';

interface Entry {
  value: string;
  label: ReactNode;
  disabled?: boolean;
}

/** Finds a record by words of it, among those used last, in a table, or makes it. */
export default function Lookup(props: InputProps) {
  const { t } = useTranslation();
  const { value, onChange, field } = props;
  const object = leadsTo(field);
  const { user } = useSession();
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState('');
  // What stands beside the list, with the words that were typed when it was called for.
  const [aside, setAside] = useState<{ way: string; words: string } | null>(null);
  const words = useSettled(typed.trim());
  const several = field.type === 'references' || field.multiple === true;
  const restrict = useRestriction(props);
  // Only what is open is asked for: the record around changes with every key.
  const allowed = open || aside !== null ? restrict() : { kind: 'some' as const, filter: '' };
  const candidates = useCandidates(object, words, allowed, open || aside !== null);
  const CreateSheet = useContext(Creation);
  const chosen = (Array.isArray(value) ? value : [value]).map(referred).filter((one) => one !== null);
  const known = new Map([...candidates.found, ...candidates.recent, ...chosen].map((one) => [one.id, one]));

  const take = (picked: Referred[]) => {
    for (const one of picked) {
      const before = chosen.some(({ id }) => id === one.id);
      if (object !== undefined && !before) rememberChosen(user.id, object, one.id);
    }
    onChange((several ? picked : (picked[0] ?? null)) as unknown as Json);
  };
  const pick = (ids: string[]) => {
    const other = ids.find((one) => one === CREATE || one === TABLE);
    if (other === undefined) return take(ids.map((one) => known.get(one) ?? { id: one, title: null }));
    setOpen(false);
    setAside({ way: other, words: typed.trim() });
  };

  const person = object === 'base.user';
  const entry = (one: Referred): Entry => ({ value: one.id, label: <Named of={one} person={person} /> });
  const used = (one: Referred): Entry => ({
    value: one.id,
    label: (
      <span className={styles.used}>
        <Named of={one} person={person} /> <small>{t('lookup.recent')}</small>
      </span>
    ),
  });
  const others: Entry[] = [];
  const { described } = candidates;
  if (described?.may.create && CreateSheet !== null) {
    const text = t('lookup.create', { object: described.label });
    others.push({ value: CREATE, label: <Way icon={<Plus size={15} aria-hidden />} text={text} /> });
  }
  if (described !== undefined && allowed.kind === 'some') {
    others.push({
      value: TABLE,
      label: <Way icon={<Table2 size={15} aria-hidden />} text={t('lookup.table')} />,
    });
  }
  const options = () => {
    if (!open) return chosen.map(entry);
    const recents = new Set(candidates.recent.map((one) => one.id));
    const rest = candidates.found.filter((one) => !recents.has(one.id));
    const entries = [...candidates.recent.map(used), ...rest.map(entry)];
    const empty = rest.length + recents.size === 0;
    return [...(empty ? [{ value: NOTHING, label: nothing(), disabled: true }] : entries), ...others];
  };
  const nothing = () => {
    if (allowed.kind === 'none' && allowed.lacking.length > 0) {
      const fields = allowed.lacking.map((name) => props.labels?.[name] ?? name).join(', ');
      return t('lookup.first', { fields });
    }
    return candidates.error?.message ?? t(candidates.pending ? 'lookup.searching' : 'lookup.nothing');
  };

  const shown = {
    ...inputProps(props),
    options: options(),
    // What is chosen shows its title although it may not be among those that are offered.
    labelRender: ({ value: one }: { value?: string | number }) => {
      const of = known.get(String(one));
      return of ? <Named of={of} person={person} /> : '—';
    },
    open,
    style: { width: '100%' },
    showSearch: { filterOption: false, onSearch: setTyped, searchValue: typed },
    popupMatchSelectWidth: 260,
    loading: open && candidates.pending,
    onOpenChange: setOpen,
  };
  const ids = chosen.map((one) => one.id);
  const single = (next?: string) => {
    setTyped('');
    pick(next === undefined ? [] : [next]);
  };
  return (
    <>
      {several ? (
        <Select mode="multiple" {...shown} value={ids} onChange={pick} />
      ) : (
        <Select {...shown} value={ids[0]} allowClear={!field.required} onChange={single} />
      )}
      <Suspense fallback={null}>
        {aside?.way === TABLE && object !== undefined && (
          <LookupTable
            object={object}
            allowed={allowed.kind === 'some' ? allowed.filter : ''}
            words={aside.words}
            several={several}
            chosen={chosen}
            onTake={take}
            onClose={() => setAside(null)}
          />
        )}
        {aside?.way === CREATE && object !== undefined && CreateSheet !== null && (
          <CreateSheet
            object={object}
            words={aside.words}
            onMade={(made) => take(several ? [...chosen, made] : [made])}
            onClose={() => setAside(null)}
          />
        )}
      </Suspense>
    </>
  );
}

function Named({ of, person }: { of: Referred; person: boolean }) {
  // A title that the reader may not see is a reference all the same.
  const title = of.title ?? '—';
  return person ? (
    <span className={styles.person}>
      <Face name={title} /> {title}
    </span>
  ) : (
    <>{title}</>
  );
}

function Way({ icon, text }: { icon: ReactNode; text: string }) {
  return (
    <span className={styles.way}>
      {icon} {text}
    </span>
  );
}

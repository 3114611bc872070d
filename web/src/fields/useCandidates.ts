import { useQuery } from '@tanstack/react-query';
import { definitionQuery } from '../api/definitions';
import { list } from '../api/records';
import { useSession } from '../api/session';
import { type Restriction, restriction } from '../definition/expression/restrict';
import { clockAt } from '../definition/expression/zone';
import { failureOf } from '../definition/problem';
import type { Referred } from '../definition/reference';
import { titleFields, titleOf } from '../definition/title';
import type { ObjectDefinition } from '../definition/types';
import { chosenLast } from './chosen';
import type { InputProps } from './field';
import { textLiteral } from './operators';

/** How many are offered: who does not find it among them types more. */
const OFFERED = 20;

/** What may be chosen, with the record as it stands now; without a record around anything may. */
export function useRestriction({ field, now }: Pick<InputProps, 'field' | 'now'>): () => Restriction {
  const { user, site } = useSession();
  return () => {
    if (field.choose_where === undefined || now === undefined) return { kind: 'some', filter: '' };
    const records = { record: now(), user: { ...user } };
    return restriction(field.choose_where, { records, clock: clockAt(site.time_zone) });
  };
}

interface Candidates {
  described: ObjectDefinition | undefined;
  /** Those that the words find, or the first ones. */
  found: Referred[];
  /** Those of them that were chosen before, where no words are typed. */
  recent: Referred[];
  pending: boolean;
  /** Why nothing is found, where it could not be asked for. */
  error: Error | null;
}

/** Records that may be chosen: those that were last, and those that words find. */
export function useCandidates(
  object: string | undefined,
  words: string,
  allowed: Restriction,
  open: boolean,
): Candidates {
  const { user } = useSession();
  const described = useQuery({ ...definitionQuery('object', object ?? ''), enabled: open && object !== undefined });
  const filter = allowed.kind === 'some' ? allowed.filter : '';
  const enabled = open && object !== undefined && described.data !== undefined && allowed.kind === 'some';
  const fields = ['id', ...(described.data ? titleFields(described.data) : [])].join(',');
  const asked = { fields, ...(filter === '' ? {} : { filter }) };
  const offered = useQuery({
    queryKey: ['lookup', object, asked, words],
    queryFn: ({ signal }) =>
      list(object ?? '', { ...asked, ...(words === '' ? {} : { search: words }), limit: OFFERED }, signal),
    enabled,
    placeholderData: (before) => before,
  });
  const before = object === undefined ? [] : chosenLast(user.id, object);
  const known = `id in [${before.map(textLiteral).join(', ')}]`;
  const last = useQuery({
    queryKey: ['lookup', object, asked, 'recent', before],
    queryFn: ({ signal }) =>
      list(object ?? '', { fields, filter: filter === '' ? known : `${known} && ${filter}` }, signal),
    enabled: enabled && before.length > 0 && words === '',
  });
  const named = (rows: { id: string }[] | undefined): Referred[] =>
    (rows ?? []).map((row) => ({ id: row.id, title: described.data ? titleOf(described.data, row) : null }));
  const found = allowed.kind === 'some' ? named(offered.data?.records) : [];
  const lastUsed = allowed.kind === 'some' && words === '' ? named(last.data?.records) : [];
  return {
    described: described.data,
    found,
    recent: lastUsed.sort((a, b) => before.indexOf(a.id) - before.indexOf(b.id)),
    pending: enabled ? offered.isPending : described.isPending,
    error: failureOf(described) ?? failureOf(offered),
  };
}

import Select from 'antd/es/select';
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Json } from '../definition/json';
import { definitionQuery } from '../api/definitions';
import { list } from '../api/records';
import { titleOf } from '../definition/title';
import type { InputProps } from './field';
import { type Referred, referred } from '../definition/reference';

/** How many are offered: who does not find it among them types more. */
const OFFERED = 20;

/** The object that a field of this type leads to. */
function target({ field }: InputProps): string | undefined {
  if (field.type === 'user') return 'base.user';
  if (field.type === 'department') return 'base.department';
  return field.to;
}

/** Finds a record by words of it. */
export default function Lookup(props: InputProps) {
  const { t } = useTranslation();
  const object = target(props);
  const { id, value, onChange, onBlur, label, placeholder, invalid, disabled, autoFocus, field } = props;
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState('');
  const words = useDeferredValue(typed);
  const several = field.type === 'references' || field.multiple === true;
  const described = useQuery({ ...definitionQuery('object', object ?? ''), enabled: open && object !== undefined });
  const offered = useQuery({
    queryKey: ['lookup', object, words],
    queryFn: ({ signal }) =>
      list(object ?? '', { ...(words === '' ? {} : { search: words }), limit: OFFERED }, signal),
    enabled: open && object !== undefined,
    placeholderData: (before) => before,
  });
  const chosen = (Array.isArray(value) ? value : [value]).map(referred).filter((one) => one !== null);
  const found: Referred[] = (offered.data?.records ?? []).map((row) => ({
    id: row.id,
    title: described.data ? titleOf(described.data, row) : null,
  }));
  const known = new Map([...found, ...chosen].map((one) => [one.id, one]));
  const pick = (ids: string[]) => ids.map((one) => known.get(one) ?? { id: one, title: null }) as unknown as Json[];
  const shown = {
    id,
    options: [...known.values()].map((one) => ({ value: one.id, label: one.title ?? '—' })),
    'aria-label': label,
    status: invalid ? ('error' as const) : ('' as const),
    placeholder,
    disabled,
    autoFocus,
    style: { width: '100%' },
    showSearch: { filterOption: false, onSearch: setTyped },
    loading: offered.isFetching,
    notFoundContent: t(offered.isPending ? 'lookup.searching' : 'lookup.nothing'),
    onOpenChange: setOpen,
    onBlur,
  };
  return several ? (
    <Select mode="multiple" {...shown} value={chosen.map((one) => one.id)} onChange={(ids) => onChange(pick(ids))} />
  ) : (
    <Select
      {...shown}
      value={chosen[0]?.id}
      allowClear={!field.required}
      onChange={(next?: string) => onChange(next === undefined ? null : (pick([next])[0] ?? null))}
    />
  );
}

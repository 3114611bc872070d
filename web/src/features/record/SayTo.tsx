import { useQuery } from '@tanstack/react-query';
import Mentions from 'antd/es/mentions';
import { useState } from 'react';
import { list } from '../../api/records';
import { useSettled } from '../../ui/useSettled';

/** People offered at once. */
const MOST = 8;

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** Words for others; an `@` names somebody, who is told. */
export function SayTo({ label, value, onChange }: Props) {
  const [typed, setTyped] = useState<string | null>(null);
  const words = useSettled(typed ?? '');
  const people = useQuery({
    queryKey: ['records', 'base.user', 'named', words],
    queryFn: async ({ signal }) => {
      const asked = { fields: 'id,login,name', filter: 'active == true', sort: 'name', limit: MOST };
      return (await list('base.user', words === '' ? asked : { ...asked, search: words }, signal)).records;
    },
    enabled: typed !== null,
    placeholderData: (before) => before,
  });
  return (
    <Mentions
      aria-label={label}
      placeholder={label}
      rows={2}
      value={value}
      onChange={onChange}
      onSearch={setTyped}
      loading={people.isFetching}
      filterOption={false}
      options={(people.data ?? []).map(({ login, name }) => ({
        value: String(login),
        label: `${String(name)} (${String(login)})`,
      }))}
    />
  );
}

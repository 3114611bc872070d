import Input from 'antd/es/input';
import { Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ListSearch } from './search';
import type { ObjectDefinition } from '../../definition/types';
import { Export } from './Export';
import { Filters } from './Filters';
import styles from './list.module.css';

/** How long after the last key the server is asked. */
const PAUSE = 250;

interface Props {
  object: ObjectDefinition;
  view: string | undefined;
  search: ListSearch;
  onTurn: (next: Partial<ListSearch>) => void;
}

/** What narrows a list down: words and conditions. */
export function Tools({ object, view, search, onTurn }: Props) {
  const { t } = useTranslation();
  const searchable = Object.values(object.fields).some((field) => field.search);
  return (
    <div className={styles.tools}>
      {searchable && (
        <Words label={t('list.search')} value={search.search ?? ''} onChange={(words) => onTurn({ search: words })} />
      )}
      <Filters object={object} text={search.filter ?? ''} onText={(filter) => onTurn({ filter })} />
      {object.may.export && <Export object={object} view={view} search={search} />}
    </div>
  );
}

function Words({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const [typed, setTyped] = useState(value);
  const told = useRef(value);
  // The address changed by other means: the way back, or "clear".
  useEffect(() => {
    if (value !== told.current) setTyped(value);
    told.current = value;
  }, [value]);
  useEffect(() => {
    if (typed === told.current) return undefined;
    const timer = setTimeout(() => {
      told.current = typed;
      onChange(typed);
    }, PAUSE);
    return () => clearTimeout(timer);
  }, [typed, onChange]);
  return (
    <Input
      className={styles.search}
      aria-label={label}
      placeholder={label}
      prefix={<Search size={14} aria-hidden />}
      allowClear
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
    />
  );
}

import Input from 'antd/es/input';
import { Clock, Keyboard, MailOpen, Search } from 'lucide-react';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { BoxFilter } from '../../api/boxFilter';
import type { Box } from '../../api/tasks';
import { usePhone } from '../../ui/appearance';
import { ToolButton } from '../../ui/ToolButton';
import { useSettled } from '../../ui/useSettled';
import styles from './approvals.module.css';
import { Filters, Narrowed } from './Filters';
import { without } from './search';

interface Props {
  box: Box;
  filter: BoxFilter;
  onChange: (filter: BoxFilter) => void;
  onKeys: () => void;
  /** Where words are typed. */
  search: RefObject<HTMLDivElement | null>;
}

/** Finds in a box: words, what is late or unread, and what is chosen. */
export function Tools({ box, filter, onChange, onKeys, search }: Props) {
  const { t } = useTranslation();
  const phone = usePhone();
  const flag = (name: 'unread' | 'overdue') =>
    onChange({ ...without(filter, name), ...(filter[name] ? {} : { [name]: true }) });
  return (
    <div className={styles.tools} role="search" ref={search}>
      <Words
        key={box}
        words={filter.q ?? ''}
        onWords={(q) => onChange({ ...without(filter, 'q'), ...(q ? { q } : {}) })}
      />
      {box === 'todo' && (
        <ToolButton
          icon={<Clock size={15} aria-hidden />}
          label={t('approvals.filters.overdue')}
          on={filter.overdue}
          pressed={filter.overdue === true}
          onClick={() => flag('overdue')}
        />
      )}
      {(box === 'todo' || box === 'cc') && (
        <ToolButton
          icon={<MailOpen size={15} aria-hidden />}
          label={t('approvals.filters.unread')}
          on={filter.unread}
          pressed={filter.unread === true}
          onClick={() => flag('unread')}
        />
      )}
      <Filters box={box} filter={filter} onChange={onChange} />
      <Narrowed filter={filter} onChange={onChange} />
      {!phone && <span className={styles.space} />}
      {!phone && (
        <ToolButton
          small
          icon={<Keyboard size={15} aria-hidden />}
          label={t('approvals.keys.title')}
          onClick={onKeys}
        />
      )}
    </div>
  );
}

function Words({ words, onWords }: { words: string; onWords: (words: string) => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(words);
  const settled = useSettled(typed.trim());
  const tell = useRef(onWords);
  tell.current = onWords;
  const known = useRef(words);
  // Somebody went back, or cleared what was asked for.
  useEffect(() => {
    if (words !== known.current) setTyped(words);
    known.current = words;
  }, [words]);
  useEffect(() => {
    if (settled === known.current) return;
    known.current = settled;
    tell.current(settled);
  }, [settled]);
  return (
    <Input
      type="search"
      className={styles.search ?? ''}
      prefix={<Search size={15} aria-hidden />}
      aria-label={t('approvals.filters.words')}
      placeholder={t('approvals.filters.words')}
      value={typed}
      allowClear
      onChange={(event) => setTyped(event.target.value)}
    />
  );
}

import { useTranslation } from 'react-i18next';
import { useDefinitions } from '../../../api/definitions';
import styles from '../admin.module.css';
import { Choice } from '../Choice';
import { Chooser } from '../Chooser';
import { Typed } from '../Typed';
import { KINDS, wordOf } from './kinds';
import type { AuditSearch } from './search';

interface Props {
  search: AuditSearch;
  onTurn: (next: AuditSearch) => void;
}

/** Who, what, where, when. */
export function AuditFilters({ search, onTurn }: Props) {
  const { t } = useTranslation();
  const objects = useDefinitions().filter((one) => one.kind === 'object');
  const turn = (next: AuditSearch) => {
    const all = Object.entries({ ...search, ...next }).filter(([, value]) => value !== '');
    onTurn(Object.fromEntries(all) as AuditSearch);
  };
  const typed = (name: 'record' | 'from' | 'until', type: 'search' | 'date') => (
    <Typed
      label={t(`admin.audit.filters.${name}`)}
      type={type}
      value={search[name] ?? ''}
      onChange={(value) => turn({ [name]: value })}
    />
  );
  return (
    <div className={styles.row}>
      <Chooser
        label={t('admin.audit.actor')}
        object="base.user"
        value={search.actor === undefined ? null : { id: search.actor, title: search.name ?? null }}
        onChange={(who) => turn({ actor: who?.id ?? '', name: who?.title ?? '' })}
      />
      <Choice
        label={t('admin.audit.kind')}
        value={search.kind}
        options={KINDS.map((value) => ({ value, label: t(wordOf(value) ?? value) }))}
        onChange={(kind = '') => turn({ kind })}
      />
      <Choice
        label={t('admin.audit.object')}
        value={search.object}
        options={objects.map(({ name, label }) => ({ value: name, label }))}
        onChange={(object = '') => turn({ object })}
      />
      {typed('record', 'search')}
      {typed('from', 'date')}
      {typed('until', 'date')}
    </div>
  );
}

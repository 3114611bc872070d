import Select from 'antd/es/select';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { useDefinitions } from '../../../api/definitions';
import styles from '../admin.module.css';
import { Chooser } from '../Chooser';
import { KINDS } from './kinds';
import type { AuditSearch } from './search';

interface Props {
  search: AuditSearch;
  onTurn: (next: AuditSearch) => void;
}

/** Who, what, where, when. */
export function AuditFilters({ search, onTurn }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const objects = useDefinitions().filter((one) => one.kind === 'object');
  const turn = (next: AuditSearch) => {
    const all = Object.entries({ ...search, ...next }).filter(([, value]) => value !== undefined && value !== '');
    onTurn(Object.fromEntries(all) as AuditSearch);
  };
  const text = (name: 'record' | 'from' | 'until', type: 'search' | 'date') => (
    <div className={styles.entry}>
      <label htmlFor={`${id}${name}`}>{t(`admin.audit.filters.${name}`)}</label>
      <input
        id={`${id}${name}`}
        type={type}
        value={search[name] ?? ''}
        onChange={(event) => turn({ [name]: event.target.value.trim() })}
      />
    </div>
  );
  return (
    <div className={styles.row}>
      <Chooser
        label={t('admin.audit.actor')}
        object="base.user"
        value={search.actor === undefined ? null : { id: search.actor, title: search.name ?? null }}
        onChange={(who) => turn({ actor: who?.id ?? '', name: who?.title ?? '' })}
      />
      <div className={styles.entry}>
        <span>{t('admin.audit.kind')}</span>
        <Select
          aria-label={t('admin.audit.kind')}
          value={search.kind}
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          options={KINDS.map((value) => ({ value, label: t(`admin.audit.kinds.${value.replace('.', '_')}`) }))}
          onChange={(kind?: string) => turn({ kind: kind ?? '' })}
        />
      </div>
      <div className={styles.entry}>
        <span>{t('admin.audit.object')}</span>
        <Select
          aria-label={t('admin.audit.object')}
          value={search.object}
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          options={objects.map(({ name, label }) => ({ value: name, label }))}
          onChange={(object?: string) => turn({ object: object ?? '' })}
        />
      </div>
      {text('record', 'search')}
      {text('from', 'date')}
      {text('until', 'date')}
    </div>
  );
}

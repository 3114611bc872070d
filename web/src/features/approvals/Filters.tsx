import Select from 'antd/es/select';
import { X } from 'lucide-react';
import { Suspense, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { useDefinitions, useLabels } from '../../api/definitions';
import type { BoxFilter } from '../../api/boxFilter';
import type { Box } from '../../api/tasks';
import { useTitles } from '../../api/titles';
import { chooser } from '../../fields/chooser';
import { date } from '../../fields/date';
import { People } from '../../flows/People';
import forms from '../../forms/forms.module.css';
import { FilterPopup } from '../../ui/FilterPopup';
import styles from './approvals.module.css';
import { STATES, without } from './search';

interface Props {
  box: Box;
  filter: BoxFilter;
  onChange: (filter: BoxFilter) => void;
}

/** What a box is narrowed down by beside words. */
export function Filters({ box, filter, onChange }: Props) {
  const count = Object.keys(without(filter, 'q', 'overdue', 'unread')).length;
  return (
    <FilterPopup count={count}>
      <Editor box={box} filter={filter} onChange={onChange} />
    </FilterPopup>
  );
}

function Editor({ box, filter, onChange }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const called = useLabels();
  const flows = useDefinitions().filter((one) => one.kind === 'workflow');
  const objects = [...new Set(flows.flatMap((one) => one.object ?? []))];
  const titles = useTitles(filter.initiator ? [{ object: 'base.user', id: filter.initiator }] : []);
  const put = (name: keyof BoxFilter, value: string | undefined) =>
    onChange({ ...without(filter, name), ...(value ? { [name]: value } : {}) });
  const choice = (name: 'workflow' | 'object' | 'state', options: { value: string; label: string }[]) => (
    <label className={forms.field}>
      <span className={forms.label}>{t(`approvals.filters.${name}`)}</span>
      <Select
        aria-label={t(`approvals.filters.${name}`)}
        value={filter[name] ?? null}
        placeholder={t('approvals.filters.all')}
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        options={options}
        onChange={(value) => put(name, value ?? undefined)}
      />
    </label>
  );
  const day = (name: 'since' | 'until') => (
    <div className={forms.field}>
      <label className={forms.label} htmlFor={`${id}-${name}`}>
        {t(`approvals.filters.${name}`)}
      </label>
      <Suspense fallback={null}>
        <date.Input
          id={`${id}-${name}`}
          field={chooser('', t(`approvals.filters.${name}`), { type: 'date' })}
          value={filter[name] ?? null}
          onChange={(value) => put(name, typeof value === 'string' ? value : undefined)}
        />
      </Suspense>
    </div>
  );
  const { initiator } = filter;
  return (
    <div className={styles.filters} role="group" aria-label={t('list.filter')}>
      {choice(
        'workflow',
        flows.map(({ name, label }) => ({ value: name, label })),
      )}
      {choice(
        'object',
        objects.map((name) => ({ value: name, label: called('object', name) })),
      )}
      {box !== 'started' && (
        <People
          label={t('approvals.filters.initiator')}
          several={false}
          required={false}
          value={initiator ? [{ id: initiator, title: titles.get(initiator) ?? null }] : []}
          onChange={(people) => put('initiator', people[0]?.id)}
          without={[]}
          wrong={undefined}
        />
      )}
      {STATES[box] &&
        choice(
          'state',
          STATES[box].map((state) => ({ value: state, label: t(`approvals.states.${state}`) })),
        )}
      <div className={styles.days}>
        {day('since')}
        {day('until')}
      </div>
    </div>
  );
}

/** What the box is narrowed down by, each with the way out of it. */
export function Narrowed({ filter, onChange }: Omit<Props, 'box'>) {
  const { t } = useTranslation();
  const called = useLabels();
  const titles = useTitles(filter.initiator ? [{ object: 'base.user', id: filter.initiator }] : []);
  const words: Partial<Record<keyof BoxFilter, string | undefined>> = {
    workflow: filter.workflow && called('workflow', filter.workflow),
    object: filter.object && called('object', filter.object),
    initiator: filter.initiator && (titles.get(filter.initiator) ?? '…'),
    state: filter.state && t(`approvals.states.${filter.state}`),
    since: filter.since && `≥ ${filter.since}`,
    until: filter.until && `≤ ${filter.until}`,
  };
  const shown = Object.entries(words).filter(
    (one): one is [keyof BoxFilter, string] => one[1] !== undefined && one[1] !== '',
  );
  if (shown.length === 0) return null;
  return (
    <ul className={styles.narrowed} aria-label={t('approvals.filters.on')}>
      {shown.map(([name, word]) => (
        <li key={name}>
          <button
            onClick={() => onChange(without(filter, name))}
            aria-label={t('approvals.filters.off', { filter: word })}
          >
            {word}
            <X size={13} aria-hidden />
          </button>
        </li>
      ))}
    </ul>
  );
}

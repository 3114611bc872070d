import { useQuery } from '@tanstack/react-query';
import AutoComplete from 'antd/es/auto-complete';
import Cascader from 'antd/es/cascader';
import Input from 'antd/es/input';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Json } from '../definition/json';
import { isMap, PARTS, type Parts } from './address';
import { divisionsOf, type Known, knownCountry, partsOf, wayOf } from './divisions';
import type { InputProps } from './field';
import styles from './fields.module.css';

/** An address: its country, then what that consists of where that is known, then the street. */
export default function AddressInput(props: InputProps) {
  const { id, value, onChange, onBlur, label, invalid, describedBy, disabled } = props;
  const { t, i18n } = useTranslation();
  const parts: Parts = isMap(value) ? (value as Parts) : {};
  const set = (changed: Parts) => {
    const next = { ...parts, ...changed };
    onChange(PARTS.some((name) => next[name]) ? (next as Json) : null);
  };
  const known = knownCountry(parts.country, i18n.language);
  const common = { status: invalid ? ('error' as const) : ('' as const), disabled: disabled ?? false };
  const free = (part: (typeof PARTS)[number]) => (
    <Input
      {...common}
      key={part}
      className={part === 'street' ? styles.street : undefined}
      value={parts[part] ?? ''}
      placeholder={t(`field.addressParts.${part}`)}
      aria-label={t(`field.addressParts.${part}`)}
      maxLength={200}
      onChange={(event) => set({ [part]: event.target.value || null })}
      onBlur={onBlur}
    />
  );
  return (
    <div className={styles.parts} role="group" aria-label={label ?? t('field.address')}>
      <AutoComplete
        {...common}
        id={id}
        value={parts.country ?? ''}
        options={(['mainland', 'taiwan'] as const).map((one) => ({ value: t(`field.countries.${one}`) }))}
        placeholder={t('field.addressParts.country')}
        aria-label={t('field.addressParts.country')}
        aria-invalid={invalid || undefined}
        aria-describedby={describedBy}
        onChange={(country: string | undefined) => set({ country: country?.slice(0, 200) || null })}
        onBlur={onBlur}
      />
      {known ? (
        <Divisions {...common} country={known} parts={parts} onChange={set} />
      ) : (
        (['province', 'city', 'district'] as const).map(free)
      )}
      {free('street')}
    </div>
  );
}

interface DivisionsProps {
  country: Known;
  parts: Parts;
  status: '' | 'error';
  disabled: boolean;
  onChange: (parts: Parts) => void;
}

function Divisions({ country, parts, status, disabled, onChange }: DivisionsProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const { data = [], isFetching } = useQuery({
    queryKey: ['divisions', country],
    queryFn: () => divisionsOf(country),
    enabled: open,
    staleTime: Infinity,
  });
  return (
    <Cascader
      className={styles.divisions}
      classNames={{ popup: { root: styles.cascade ?? '' } }}
      aria-label={t('field.region')}
      status={status}
      disabled={disabled}
      loading={isFetching}
      value={wayOf(country, parts)}
      options={data}
      // What is stored may be called otherwise than what is offered.
      displayRender={(labels) => labels.join(' / ')}
      placeholder={t('field.region')}
      showSearch={{ matchInputWidth: false }}
      changeOnSelect
      open={open}
      onOpenChange={setOpen}
      onChange={(way) => onChange(partsOf(country, (way ?? []).map(String)))}
    />
  );
}

import Select from 'antd/es/select';
import { useState } from 'react';
import { useSession } from '../api/session';
import { holds } from '../definition/expression/evaluate';
import { clockAt } from '../definition/expression/zone';
import type { Field, Option } from '../definition/types';
import { State, type Tone } from '../ui/State';
import type { DisplayProps, FieldKind, InputProps } from './field';
import { inputProps } from './kit';
import { choiceOperators, textLiteral } from './operators';

/** The tones of the style sheet by the colours that definitions may name. */
const TONES: Record<string, Tone> = {
  grey: 'grey',
  gray: 'grey',
  blue: 'blue',
  geekblue: 'blue',
  cyan: 'cyan',
  purple: 'violet',
  violet: 'violet',
  gold: 'gold',
  orange: 'gold',
  yellow: 'gold',
  amber: 'gold',
  green: 'green',
  lime: 'green',
  teal: 'cyan',
  red: 'red',
  volcano: 'red',
  magenta: 'magenta',
  pink: 'magenta',
};

/** A choice, in its colour where it has one. */
export function Chip({ option, value }: { option: Option | undefined; value: string }) {
  const tone = TONES[option?.color ?? ''];
  const text = option?.label ?? value;
  return tone === undefined ? <span>{text}</span> : <State tone={tone}>{text}</State>;
}

function Display({ field, value }: DisplayProps) {
  return typeof value === 'string' ? <Chip option={field.options?.[value]} value={value} /> : null;
}

/** What may be chosen: what is not offered, or no longer, only where it was chosen before. */
export function choices(field: Field, chosen: readonly unknown[], offered: (option: Option) => boolean = () => true) {
  return Object.entries(field.options ?? {})
    .filter(([name, option]) => (!option.retired && !option.hidden && offered(option)) || chosen.includes(name))
    .map(([name, option]) => ({ value: name, text: option.label, label: <Chip option={option} value={name} /> }));
}

/** What the record offers, as it stands when the list is opened; what only the server can judge is offered. */
export function useChoices({ field, row, now }: InputProps, chosen: readonly unknown[]) {
  const { user, site } = useSession();
  const [record, setRecord] = useState(row);
  const offered = ({ when }: Option) => {
    if (when === undefined || record === undefined) return true;
    const found = holds(when, { records: { row: record, user: { ...user } }, clock: clockAt(site.time_zone) });
    return found.kind !== 'value' || found.value;
  };
  const onOpenChange = (open: boolean) => open && setRecord(now?.() ?? row);
  return { options: choices(field, chosen, offered), onOpenChange };
}

function Input(props: InputProps) {
  const { field, value, onChange } = props;
  const offer = useChoices(props, [value]);
  return (
    <Select
      {...inputProps(props)}
      value={typeof value === 'string' ? value : undefined}
      {...offer}
      defaultOpen={props.autoFocus}
      allowClear={!field.required}
      showSearch={offer.options.length > 8 ? { optionFilterProp: 'text' } : false}
      style={{ width: '100%' }}
      onChange={(next) => onChange(next ?? null)}
    />
  );
}

export const select: FieldKind = { Display, Input, operators: choiceOperators, literal: textLiteral, width: 120 };

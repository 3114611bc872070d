import Button from 'antd/es/button';
import Select from 'antd/es/select';
import { Plus, X } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ObjectDefinition } from '../../definition/types';
import type { Operator } from '../../fields/field';
import { kindOf } from '../../fields/registry';
import { FilterPopup } from '../../ui/FilterPopup';
import { TextArea } from '../../ui/TextArea';
import { useSettled } from '../../ui/useSettled';
import { type Condition, read, write } from './filter';
import styles from './list.module.css';

interface Props {
  object: ObjectDefinition;
  text: string;
  onText: (text: string) => void;
}

/** Conditions put together by hand, or an expression typed as it is. */
export function Filters({ object, text, onText }: Props) {
  const understood = read(object, text);
  const count = understood?.length ?? 1;
  return (
    <FilterPopup count={count}>
      <Editor object={object} text={text} onText={onText} />
    </FilterPopup>
  );
}

function Editor({ object, text, onText }: Props) {
  const { t } = useTranslation();
  const [conditions, setConditions] = useState(() => read(object, text));
  const [typed, setTyped] = useState(text);
  const fields = Object.entries(object.fields).filter(([, field]) => !field.hidden && field.type !== 'children');
  // A value is told when it is whole, or when the editor is left: each is asked for, and a step on the way back.
  const told = useRef(text);
  const tell = (next: string) => {
    if (next === told.current) return;
    told.current = next;
    onText(next);
  };
  const settled = useSettled(typed);
  useEffect(() => tell(settled), [settled]);
  const rest = useRef(() => {});
  rest.current = () => tell(typed);
  useEffect(() => () => rest.current(), []);
  const put = (next: Condition[]) => {
    setConditions(next);
    setTyped(write(object, next));
  };
  const type = (next: string) => {
    setConditions(read(object, next));
    setTyped(next);
    tell(next);
  };
  const begin = (name: string): Condition => {
    const field = object.fields[name];
    return { field: name, operator: field ? (kindOf(field).operators[0]?.name ?? 'is') : 'is', value: null };
  };
  return (
    <div className={styles.conditions} role="group" aria-label={t('list.filter')}>
      {conditions?.map((condition, at) => (
        <Line
          key={at}
          object={object}
          fields={fields.map(([value, field]) => ({ value, label: field.label }))}
          condition={condition}
          onField={(name) => put(conditions.with(at, begin(name)))}
          onChange={(next) => put(conditions.with(at, next))}
          onRemove={() => put(conditions.toSpliced(at, 1))}
        />
      ))}
      {conditions && (
        <Button
          type="dashed"
          icon={<Plus size={15} />}
          onClick={() => setConditions([...conditions, begin(fields.find(([, one]) => !one.system)?.[0] ?? 'id')])}
        >
          {t('list.addCondition')}
        </Button>
      )}
      <label>
        <span className="visually-hidden">{t('list.expression')}</span>
        <TextArea
          key={conditions ? typed : 'typed'}
          defaultValue={typed}
          placeholder={t('list.expressionHint')}
          style={{ fontFamily: 'var(--mono)' }}
          onBlur={(event) => event.target.value !== typed && type(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            type(event.currentTarget.value);
          }}
        />
      </label>
    </div>
  );
}

interface LineProps {
  object: ObjectDefinition;
  fields: { value: string; label: string }[];
  condition: Condition;
  onField: (name: string) => void;
  onChange: (condition: Condition) => void;
  onRemove: () => void;
}

function Line({ object, fields, condition, onField, onChange, onRemove }: LineProps) {
  const { t } = useTranslation();
  const id = useId();
  const field = object.fields[condition.field];
  if (field === undefined) return null;
  const { operators, Input: Value } = kindOf(field);
  const operator = operators.find((one) => one.name === condition.operator);
  const many = operator?.value === 'many';
  return (
    <div className={styles.condition}>
      <Select
        aria-label={t('list.field')}
        value={condition.field}
        options={fields}
        showSearch={{ optionFilterProp: 'label' }}
        popupMatchSelectWidth={false}
        onChange={onField}
      />
      <Select
        aria-label={t('list.operator')}
        value={condition.operator}
        options={operators.map(({ name }) => ({ value: name, label: t(`operator.${name}`) }))}
        popupMatchSelectWidth={false}
        onChange={(name: Operator['name']) => onChange({ ...condition, operator: name, value: null })}
      />
      {operator?.value === 'none' ? (
        <span />
      ) : many && field.options ? (
        <Select
          mode="multiple"
          aria-label={t('list.value')}
          value={Array.isArray(condition.value) ? condition.value.map(String) : []}
          options={Object.entries(field.options).map(([value, { label }]) => ({ value, label }))}
          onChange={(value) => onChange({ ...condition, value })}
        />
      ) : (
        <Value
          id={id}
          field={{ ...field, required: false, multiple: many }}
          label={t('list.value')}
          value={condition.value}
          onChange={(value) => onChange({ ...condition, value })}
        />
      )}
      <Button type="text" icon={<X size={15} />} aria-label={t('list.removeCondition')} onClick={onRemove} />
    </div>
  );
}

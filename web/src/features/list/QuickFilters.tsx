import Select from 'antd/es/select';
import { User } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { usePerson } from '../../api/session';
import type { ObjectDefinition } from '../../definition/types';
import type { Column } from '../../fields/columns';
import { ToolButton } from '../../ui/ToolButton';
import { type Condition, read, write } from './filter';
import styles from './list.module.css';

interface Props {
  object: ObjectDefinition;
  columns: Column[];
  text: string;
  onText: (text: string) => void;
}

/** Choices beside each other: more would hide the tools. */
const CHOICES = 2;

/** What people narrow a list down by most: what is theirs, and the choices that its columns show. */
export function QuickFilters({ object, columns, text, onText }: Props) {
  const { t } = useTranslation();
  const person = usePerson();
  const conditions = read(object, text);
  // An expression that says more than conditions can is changed where it was typed.
  if (conditions === null) return null;
  const without = (field: string) => conditions.filter((one) => one.field !== field);
  const put = (next: Condition[]) => onText(write(object, next));
  const mine = conditions.some((one) => one.field === 'owner' && one.operator === 'is' && one.value === person.id);
  const choices = columns.filter(({ path, field }) => field.type === 'select' && path in object.fields);
  return (
    <>
      {object.fields.owner && (
        <ToolButton
          icon={<User size={15} />}
          label={t('list.mine')}
          on={mine}
          pressed={mine}
          onClick={() =>
            put(mine ? without('owner') : [...without('owner'), { field: 'owner', operator: 'is', value: person.id }])
          }
        />
      )}
      {choices.slice(0, CHOICES).map(({ path, field, label }) => {
        const chosen = conditions.find((one) => one.field === path);
        const given = Array.isArray(chosen?.value) ? chosen.value : chosen?.value ? [chosen.value] : [];
        // "is not" and the like were put together elsewhere, and are not turned into their opposite here.
        if (chosen && !['is', 'one_of'].includes(chosen.operator)) return null;
        return (
          <Select
            key={path}
            mode="multiple"
            className={styles.choice ?? ''}
            aria-label={label}
            placeholder={label}
            value={given.map(String)}
            maxTagCount={0}
            maxTagPlaceholder={(some) => t('list.chosen', { field: label, count: some.length })}
            popupMatchSelectWidth={false}
            showSearch={false}
            allowClear
            options={Object.entries(field.options ?? {})
              .filter(([, option]) => !option.hidden)
              .map(([value, option]) => ({ value, label: option.label }))}
            onChange={(values: string[]) =>
              put(
                values.length === 0
                  ? without(path)
                  : [...without(path), { field: path, operator: 'one_of', value: values }],
              )
            }
          />
        );
      })}
    </>
  );
}

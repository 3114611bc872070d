import Select from 'antd/es/select';
import { Layers } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ObjectDefinition } from '../../../definition/types';
import { groupable } from './groups';
import styles from '../list.module.css';

interface Props {
  object: ObjectDefinition;
  by: string | undefined;
  onBy: (by: string) => void;
}

/** The choice of what a list is grouped by. */
export function GroupBy({ object, by, onBy }: Props) {
  const { t } = useTranslation();
  const fields = groupable(object);
  if (fields.length === 0) return null;
  return (
    <Select
      className={styles.choice ?? ''}
      aria-label={t('group.by')}
      placeholder={t('group.by')}
      value={by}
      prefix={<Layers size={14} aria-hidden />}
      options={fields.map(([value, { label }]) => ({ value, label }))}
      allowClear
      popupMatchSelectWidth={false}
      onChange={(next?: string) => onBy(next ?? '')}
    />
  );
}

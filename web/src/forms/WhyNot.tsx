import Select from 'antd/es/select';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ACTIONS, type Asking } from '../api/access';
import { useDefinition } from '../api/definitions';
import styles from './Explanation.module.css';
import { Explanation } from './Explanation';

interface Props {
  object: string;
  /** The record that is meant; without it, records of the object at all. */
  record?: string | undefined;
  /** Whom it is about; oneself where nobody is named. */
  user?: string | undefined;
}

/** Why somebody can or cannot see or do something: what is done and with which field is chosen here. */
export function WhyNot({ object: name, record, user }: Props) {
  const { t } = useTranslation();
  const object = useDefinition('object', name);
  const [action, setAction] = useState<string>('read');
  const [field, setField] = useState<string | undefined>(undefined);
  const moves = Object.entries(object.transitions?.moves ?? {}).map(([value, { label }]) => ({ value, label }));
  const actions = Object.entries(object.actions).map(([value, { label }]) => ({ value, label }));
  const done = ACTIONS.map((value) => ({ value, label: t(`explain.actions.${value}`) }));
  const fields = Object.entries(object.fields).map(([value, { label }]) => ({ value, label }));
  const ofField = action === 'read' || action === 'update';
  const asking: Asking = {
    object: name,
    action,
    ...(record === undefined ? {} : { record }),
    ...(user === undefined ? {} : { user }),
    ...(field === undefined || !ofField ? {} : { field }),
  };
  return (
    <>
      <div className={styles.ask}>
        <div>
          {t('explain.action')}
          <Select
            aria-label={t('explain.action')}
            value={action}
            options={[...done, ...moves, ...actions]}
            showSearch={{ optionFilterProp: 'label' }}
            onChange={setAction}
          />
        </div>
        {ofField && (
          <div>
            {t('explain.ofField')}
            <Select
              aria-label={t('explain.ofField')}
              value={field}
              options={fields}
              allowClear
              placeholder={t('explain.wholeRecord')}
              showSearch={{ optionFilterProp: 'label' }}
              onChange={setField}
            />
          </div>
        )}
      </div>
      <Explanation asking={asking} />
    </>
  );
}

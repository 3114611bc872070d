import { useQueries } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { definitionQuery } from '../../api/definitions';
import type { ImportPlan, WholeImport } from '../../api/imports';
import type { ObjectDefinition } from '../../definition/types';
import { Panel } from '../../ui/Panel';
import { Column } from './Column';
import styles from './import.module.css';
import { Refusal } from './Refusal';
import { named, targetsOf, type Target } from './targets';
import { twice } from './plan';

interface Props {
  one: WholeImport;
  object: ObjectDefinition;
  plan: ImportPlan;
  onPlan: (plan: ImportPlan) => void;
  refusal: Error | null;
  onCheck: () => void;
}

/** Which column fills what, what its words stand for, and what is done with a line. */
export function Mapping({ one, object, plan, onPlan, refusal, onCheck }: Props) {
  const { t } = useTranslation();
  const targets = useTargets(object);
  const clashes = twice(plan);
  const left = one.columns.filter(({ name }) => plan.columns[name] == null).length;
  const none = left === one.columns.length;
  const empty = one.columns.every(({ samples }) => samples.every((sample) => sample === ''));
  return (
    <>
      <Panel title={t('import.mode')}>
        <Mode object={object} plan={plan} onPlan={onPlan} />
      </Panel>
      <Panel
        title={t('import.columns')}
        help={t('import.columnsHelp', {
          name: one.name,
          characters: (one.charset ?? one.format).toUpperCase(),
        })}
      >
        <ul className={styles.columns}>
          {one.columns.map((column) => (
            <Column
              key={column.name}
              id={one.id}
              object={object}
              column={column}
              targets={targets}
              plan={plan}
              onPlan={onPlan}
              clashes={clashes.has(column.name)}
            />
          ))}
        </ul>
        {left > 0 && !none && <p className={styles.quiet}>{t('import.left', { count: left })}</p>}
        {none && <p className={styles.wrong}>{t('import.nothingMapped')}</p>}
        {empty && <p className={styles.wrong}>{t('import.noLines')}</p>}
      </Panel>
      <Refusal error={refusal} />
      <div className={styles.actions}>
        <Button type="primary" disabled={none || clashes.size > 0} onClick={onCheck}>
          {t('import.check')}
        </Button>
        <span className={styles.quiet}>{t('import.checkHelp')}</span>
      </div>
    </>
  );
}

function Mode({ object, plan, onPlan }: Pick<Props, 'object' | 'plan' | 'onPlan'>) {
  const { t } = useTranslation();
  const key = object.key?.map((name) => object.fields[name]?.label ?? name).join(' + ');
  return (
    <fieldset className={styles.modes}>
      <legend className="visually-hidden">{t('import.mode')}</legend>
      {(['upsert', 'create'] as const).map((mode) => (
        <label key={mode}>
          <input type="radio" name="mode" checked={plan.mode === mode} onChange={() => onPlan({ ...plan, mode })} />
          <span>
            {mode === 'create'
              ? t('import.create')
              : key === undefined
                ? t('import.upsertById')
                : t('import.upsert', { key })}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** What columns can fill; records are found by the key of their object where it has one field. */
function useTargets(object: ObjectDefinition): Target[] {
  const { t } = useTranslation();
  const others = [...new Set(Object.values(object.fields).flatMap((field) => named(field) ?? []))];
  const found = useQueries({ queries: others.map((name) => definitionQuery('object', name)) });
  const known = found.map((query) => query.data);
  return useMemo(() => {
    const keys = (name: string) => {
      const other = known.find((one) => one?.name === name);
      const [only, more] = other?.key ?? [];
      if (other === undefined || only === undefined || more !== undefined) return undefined;
      return { name: only, label: other.fields[only]?.label ?? only };
    };
    return targetsOf(object, keys, (part) => t(`field.addressParts.${part}`));
  }, [object, t, ...known]);
}

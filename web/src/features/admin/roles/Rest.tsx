import { useTranslation } from 'react-i18next';
import { useDefinition } from '../../../api/definitions';
import { fieldsRead } from '../../../definition/expression/dependencies';
import type { Tree } from '../../../definition/expression/tree';
import type { Grant, ObjectDefinition } from '../../../definition/types';
import { Panel } from '../../../ui/Panel';
import styles from '../admin.module.css';
import { SCOPED } from './Matrix';

interface Props {
  object: string;
  grant: Grant;
  restrictions: { where: Tree }[];
}

/** What a role says of single fields, moves and actions of an object, and which rows it keeps closed. */
export function Rest({ object: name, grant, restrictions }: Props) {
  const { t } = useTranslation();
  const object = useDefinition('object', name);
  const fields = Object.entries(grant.fields);
  const called = (wanted: string) => object.fields[wanted]?.label ?? wanted;
  const conditions = SCOPED.flatMap((action) => {
    const scope = grant[action];
    return typeof scope === 'object' ? [[action, scope.where] as const] : [];
  });
  const moves = grant.moves.map((move) => object.transitions?.moves[move]?.label ?? move);
  const actions = grant.actions.map((action) => object.actions[action]?.label ?? action);
  if (fields.length + conditions.length + moves.length + actions.length + restrictions.length === 0) return null;
  const of = (right: string) => fields.filter(([, one]) => one === right).map(([field]) => called(field));
  return (
    <Panel title={object.label}>
      <ul className={styles.lines}>
        {(['hidden', 'read', 'edit'] as const).map((right) => {
          const named = of(right);
          return (
            named.length > 0 && (
              <li key={right}>
                {t(`admin.roles.fields.${right}`)}: {named.join(', ')}
              </li>
            )
          );
        })}
        {moves.length > 0 && (
          <li>
            {t('admin.roles.moves')}: {moves.join(', ')}
          </li>
        )}
        {actions.length > 0 && (
          <li>
            {t('admin.roles.actions')}: {actions.join(', ')}
          </li>
        )}
        {conditions.map(([action, where]) => (
          <li key={action}>
            {t('admin.roles.condition', {
              action: t(`explain.actions.${action}`),
              fields: read(object, where),
            })}
          </li>
        ))}
        {restrictions.map(({ where }, at) => (
          <li key={at}>{t('admin.roles.restriction', { fields: read(object, where) })}</li>
        ))}
      </ul>
    </Panel>
  );
}

/** The fields that a condition speaks of, by what people call them. */
function read(object: ObjectDefinition, where: Tree): string {
  const names = fieldsRead(where).map((path) => path.split('.')[0] ?? path);
  return [...new Set(names)].map((name) => object.fields[name]?.label ?? name).join(', ') || '—';
}

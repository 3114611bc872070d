import { useTranslation } from 'react-i18next';
import type { Grant, Scope } from '../../../definition/types';
import { State, type Tone } from '../../../ui/State';
import { Table } from '../../../ui/Table';

/** What a role grants of some rows, or of all or none. */
export const SCOPED = [
  'read',
  'update',
  'delete',
  'assign',
  'export',
  'restore',
  'purge',
  'history',
  'comment',
  'unmask',
] as const;
const TONES: Record<string, Tone> = { all: 'green', condition: 'gold' };

/** Which rows of which object can be done what with. */
export function Matrix({ objects, called }: { objects: [string, Grant][]; called: (object: string) => string }) {
  const { t } = useTranslation();
  const yes = (granted: boolean) => (granted ? <State tone="green">{t('field.yes')}</State> : '—');
  return (
    <Table
      label={t('admin.roles.grants')}
      rows={objects}
      id={([name]) => name}
      columns={[
        { key: 'object', label: t('admin.audit.object'), cell: ([name]) => <strong>{called(name)}</strong> },
        { key: 'create', label: t('explain.actions.create'), cell: ([, grant]) => yes(grant.create) },
        ...SCOPED.map((action) => ({
          key: action,
          label: t(`explain.actions.${action}`),
          cell: ([, grant]: [string, Grant]) => <Rows scope={grant[action]} />,
        })),
        { key: 'import', label: t('explain.actions.import'), cell: ([, grant]) => yes(grant.import) },
      ]}
    />
  );
}

function Rows({ scope }: { scope: Scope }) {
  const { t } = useTranslation();
  const word = typeof scope === 'string' ? scope : 'condition';
  return word === 'none' ? <>—</> : <State tone={TONES[word] ?? 'blue'}>{t(`explain.scopes.${word}`)}</State>;
}

import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import Button from 'antd/es/button';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Connector, connectorQuery, setConnector } from '../../../api/connections';
import { failureOf } from '../../../definition/problem';
import { moment } from '../../../fields/date';
import { ErrorState } from '../../../ui/ErrorState';
import { Page } from '../../../ui/Page';
import { Panel, Panels } from '../../../ui/Panel';
import { Waiting } from '../../../ui/Skeleton';
import { State } from '../../../ui/State';
import admin from '../admin.module.css';
import { useAct } from '../useAct';
import styles from './connections.module.css';
import { Operations } from './Operations';
import { Secret } from './Secret';
import { Used } from './Used';

const route = getRouteApi('/inside/admin/connections/$name');
const PARTS = ['url', 'user', 'from'] as const;

/** One other system: its address, its secrets, what can be asked of it. */
export function ConnectorPage() {
  const { t } = useTranslation();
  const { name } = route.useParams();
  const found = useQuery(connectorQuery(name));
  if (failureOf(found)) return <ErrorState error={found.error} reset={() => void found.refetch()} />;
  if (found.data === undefined) return <Waiting />;
  const one = found.data;
  return (
    <Page
      title={one.label}
      actions={
        <State tone={one.ready ? 'green' : 'gold'}>
          {t(one.ready ? 'admin.connections.ready' : 'admin.connections.unready')}
        </State>
      }
    >
      <Panels key={name}>
        <Settings key={one.changed_at} connector={one} />
        {one.secrets.length > 0 && (
          <Panel title={t('admin.connections.secrets')}>
            {one.secrets.map((secret) => (
              <Secret
                key={secret.name}
                label={secret.name}
                place={{ connector: name, name: secret.name }}
                kept={secret}
              />
            ))}
          </Panel>
        )}
        <Operations connector={one} />
      </Panels>
    </Page>
  );
}

/** What the site says in the place of the definition; what is left empty is as that says. */
function Settings({ connector }: { connector: Connector }) {
  const { t } = useTranslation();
  const { settings, definition, kind } = connector;
  const [typed, setTyped] = useState(() => Object.fromEntries(PARTS.map((part) => [part, settings[part] ?? ''])));
  const shown = PARTS.filter(
    (part) => part === 'url' || kind === 'smtp' || definition[part] !== null || settings[part] !== null,
  );
  const saving = useAct(
    () => {
      const said = PARTS.filter((part) => typed[part]?.trim());
      return setConnector(connector.name, Object.fromEntries(said.map((part) => [part, typed[part]?.trim() ?? ''])));
    },
    [['connections']],
    t('admin.connections.saved'),
  );
  const changed = PARTS.some((part) => (typed[part]?.trim() ?? '') !== (settings[part] ?? ''));
  return (
    <Panel title={t('admin.connections.settings')} help={connector.description ?? t('admin.connections.settingsHelp')}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          saving.mutate(undefined);
        }}
      >
        {shown.map((part) => (
          <Part
            key={part}
            label={t(`admin.connections.parts.${part}`)}
            usual={definition[part]}
            value={typed[part] ?? ''}
            onChange={(value) => setTyped({ ...typed, [part]: value })}
          />
        ))}
        <div className={styles.bar}>
          <span className={admin.quiet}>
            {connector.used_at !== null && (
              <>
                {t('admin.connections.used')}: {moment(connector.used_at)} · <Used connector={connector} />
              </>
            )}
          </span>
          <Button type="primary" htmlType="submit" disabled={!changed} loading={saving.isPending}>
            {t('form.save')}
          </Button>
        </div>
      </form>
    </Panel>
  );
}

interface PartProps {
  label: string;
  /** What the definition says. */
  usual: string | null;
  value: string;
  onChange: (value: string) => void;
}

function Part({ label, usual, value, onChange }: PartProps) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        value={value}
        placeholder={usual ?? ''}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}

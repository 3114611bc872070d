import Button from 'antd/es/button';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Connector, tryConnector } from '../../../api/connections';
import { useOnce } from '../../../api/once';
import { Dialog } from '../../../ui/Dialog';
import { Panel } from '../../../ui/Panel';
import { Table } from '../../../ui/Table';
import admin from '../admin.module.css';
import { Two } from '../flows/About';
import { Wrong } from '../Wrong';
import styles from './connections.module.css';
import { parametersOf } from './parameters';

type Operation = NonNullable<Connector['operations']>[number];

/** What can be asked of another system; each can be tried. */
export function Operations({ connector }: { connector: Connector }) {
  const { t } = useTranslation();
  const [tried, setTried] = useState<Operation>();
  const { operations = [] } = connector;
  if (operations.length === 0) return null;
  return (
    <Panel title={t('admin.connections.operations')}>
      <Table
        label={t('admin.connections.operations')}
        rows={operations}
        id={({ name }) => name}
        columns={[
          {
            key: 'name',
            label: t('admin.connections.operation'),
            cell: ({ name, label }) => <Two below={name}>{label}</Two>,
          },
          {
            key: 'path',
            label: t('admin.connections.request'),
            cell: ({ method, path }) => (method === null ? '—' : <code>{`${method} ${path}`}</code>),
          },
          {
            key: 'retry',
            label: t('admin.connections.again'),
            cell: ({ retry }) => t(`admin.connections.retries.${retry}`),
          },
          {
            key: 'try',
            label: t('admin.flows.cure'),
            narrow: true,
            cell: (one) => (
              <Button size="small" onClick={() => setTried(one)}>
                {t('admin.connections.try')}
              </Button>
            ),
          },
        ]}
      />
      {tried && <Try connector={connector.name} operation={tried} onClose={() => setTried(undefined)} />}
    </Panel>
  );
}

interface TryProps {
  connector: string;
  operation: Operation;
  onClose: () => void;
}

/** Asks once, for real; the answer is shown. */
function Try({ connector, operation, onClose }: TryProps) {
  const { t } = useTranslation();
  const id = useId();
  const [typed, setTyped] = useState<Record<string, string>>({});
  const trying = useOnce({
    mutationFn: () => tryConnector(connector, operation.name, parametersOf(operation.parameters, typed)),
  });
  const ready = operation.parameters.every(({ name, required }) => !required || (typed[name] ?? '') !== '');
  return (
    <Dialog
      title={t('admin.connections.trying', { operation: operation.label })}
      width={560}
      onClose={onClose}
      footer={
        <Button type="primary" disabled={!ready} loading={trying.isPending} onClick={() => trying.mutate()}>
          {t('admin.connections.try')}
        </Button>
      }
    >
      <div className={styles.asked}>
        <p>{t('admin.connections.tryHelp')}</p>
        {operation.parameters.map(({ name, label, help, required, type }) => (
          <div key={name} className={styles.field}>
            <label htmlFor={`${id}${name}`}>
              {label}
              {required && '*'}
            </label>
            <input
              id={`${id}${name}`}
              value={typed[name] ?? ''}
              onChange={(event) => setTyped({ ...typed, [name]: event.target.value })}
            />
            <small>{help ?? type}</small>
          </div>
        ))}
        {trying.error && <Wrong>{trying.error.message}</Wrong>}
        {trying.data && <pre className={admin.raw}>{JSON.stringify(trying.data, null, 2)}</pre>}
      </div>
    </Dialog>
  );
}

import { useTranslation } from 'react-i18next';
import type * as Schema from '../../../definition/schema.gen';
import type { WholeInstance } from '../../../api/tasks';
import { moment } from '../../../fields/date';
import { Panel } from '../../../ui/Panel';
import { State } from '../../../ui/State';
import { Table } from '../../../ui/Table';
import admin from '../admin.module.css';
import { Two } from './About';
import styles from './flows.module.css';

/** What a flow keeps under names. */
export function Variables({ flow: { variables = [] } }: { flow: WholeInstance }) {
  const { t } = useTranslation();
  if (variables.length === 0) return null;
  return (
    <Panel title={t('admin.flows.variables')}>
      <Table
        label={t('admin.flows.variables')}
        rows={variables}
        id={({ name }) => name}
        columns={[
          { key: 'name', label: t('admin.flows.variable'), cell: ({ name }) => <code>{name}</code> },
          {
            key: 'value',
            label: t('admin.flows.value'),
            cell: ({ value }) =>
              typeof value === 'object' && value !== null ? (
                <pre className={admin.raw}>{JSON.stringify(value, null, 2)}</pre>
              ) : (
                <span className={styles.mono}>{value === null ? '—' : String(value)}</span>
              ),
          },
        ]}
      />
    </Panel>
  );
}

/** The places at which a flow is and was at work, for who looks closely. */
export function Tokens({ flow: { tokens = [] } }: { flow: WholeInstance }) {
  const { t } = useTranslation();
  return (
    <Panel title={t('admin.flows.tokens')} help={t('admin.flows.tokensHelp')}>
      <details className={admin.details}>
        <summary>{t('admin.flows.showTokens', { count: tokens.length })}</summary>
        <Table
          label={t('admin.flows.tokens')}
          rows={tokens}
          id={({ token }) => String(token)}
          columns={[
            { key: 'token', label: t('admin.flows.token'), end: true, cell: ({ token }) => token },
            {
              key: 'step',
              label: t('admin.flows.step'),
              cell: ({ label, parent, item }) => <Two below={below(parent, item)}>{label}</Two>,
            },
            {
              key: 'state',
              label: t('admin.flows.state'),
              narrow: true,
              cell: ({ state }) => (
                <State tone={state === 'waiting' || state === 'ready' ? 'blue' : 'grey'}>
                  {t(`admin.flows.tokenStates.${state}`)}
                </State>
              ),
            },
            {
              key: 'since',
              label: t('admin.flows.since'),
              narrow: true,
              cell: ({ since, until }) => (
                <Two below={until === null ? '' : moment(until)}>
                  <span className="number">{moment(since)}</span>
                </Two>
              ),
            },
            {
              key: 'awaits',
              label: t('admin.flows.awaits'),
              cell: ({ awaits }) => awaits.map((one) => <Awaited key={one.name} one={one} />),
            },
            { key: 'failed', label: t('admin.flows.tries'), end: true, cell: ({ failed }) => failed || '—' },
          ]}
        />
      </details>
    </Panel>
  );
}

/** `in 3 · item 1`: the token it hangs below, and the item it walks for. */
function below(parent: number | null, item: number | null): string {
  return [parent === null ? '' : `↳ ${parent}`, item === null ? '' : `#${item + 1}`].filter(Boolean).join(' · ');
}

function Awaited({ one: { name, what, at, on } }: { one: Schema.FlowAwait }) {
  const { t } = useTranslation();
  const more = at === null ? on : moment(at);
  return (
    <Two below={name}>
      {t(`admin.flows.awaited.${what}`)}
      {more === null ? '' : ` ${more}`}
    </Two>
  );
}

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { addressOf, type Webhook, webhooksQuery } from '../../../api/connections';
import { flowsQuery } from '../../../api/flows';
import { failureOf } from '../../../definition/problem';
import { moment } from '../../../fields/date';
import { Empty } from '../../../ui/Empty';
import { ErrorState } from '../../../ui/ErrorState';
import { Panel } from '../../../ui/Panel';
import { Waiting } from '../../../ui/Skeleton';
import admin from '../admin.module.css';
import { FlowState } from '../flows/FlowState';
import { ConnectionsLayout } from './ConnectionsLayout';
import styles from './connections.module.css';
import { Copy } from './Copy';
import { Secret } from './Secret';

/** The shortest secret that the server takes for messages. */
const SHORTEST = 16;
/** Runs that are shown of each. */
const RUNS = 5;

/** Automations that other systems set off: where they are sent to, their secrets, and what came of the last messages. */
export function WebhooksPage() {
  const { t } = useTranslation();
  const found = useQuery(webhooksQuery);
  return (
    <ConnectionsLayout tab="webhooks">
      {failureOf(found) ? (
        <ErrorState error={found.error} reset={() => void found.refetch()} />
      ) : found.data === undefined ? (
        <Waiting />
      ) : found.data.length === 0 ? (
        <Empty title={t('admin.connections.noWebhooks')}>{t('admin.connections.noWebhooksCure')}</Empty>
      ) : (
        found.data.map((one) => <One key={one.workflow} webhook={one} />)
      )}
    </ConnectionsLayout>
  );
}

function One({ webhook }: { webhook: Webhook }) {
  const { t } = useTranslation();
  const { workflow, label, parameters } = webhook;
  return (
    <Panel title={label} help={webhook.set ? undefined : t('admin.connections.refuses')}>
      <dl className={styles.facts}>
        <div>
          <dt>{t('admin.connections.address')}</dt>
          <dd>
            <Copy text={addressOf(workflow)} label={t('admin.connections.copyAddress')} />
          </dd>
        </div>
        <div>
          <dt>{t('admin.connections.takes')}</dt>
          <dd>
            {parameters.length === 0 ? (
              '—'
            ) : (
              <ul className={styles.parameters}>
                {parameters.map((one) => (
                  <li key={one.name}>
                    <code>{one.name}</code> {one.type}
                    {one.required && ` · ${t('admin.connections.needed')}`}
                  </li>
                ))}
              </ul>
            )}
          </dd>
        </div>
      </dl>
      <Secret
        label={t('admin.connections.secret')}
        place={{ webhook: workflow }}
        kept={webhook}
        shortest={SHORTEST}
        makes
      />
      <Runs workflow={workflow} />
      <details className={admin.details}>
        <summary>{t('admin.connections.how')}</summary>
        <pre className={admin.raw}>{example(webhook)}</pre>
      </details>
    </Panel>
  );
}

/** What came of the last messages. */
function Runs({ workflow }: { workflow: string }) {
  const { t } = useTranslation();
  const { data } = useInfiniteQuery(flowsQuery({ workflow }, RUNS));
  const runs = data?.pages[0]?.instances;
  if (runs === undefined) return null;
  return (
    <div className={styles.runs}>
      <span>{t('admin.connections.runs')}</span>
      {runs.length === 0 ? (
        <span className={admin.quiet}>{t('admin.connections.noRuns')}</span>
      ) : (
        <ul>
          {runs.map((run) => (
            <li key={run.id}>
              <Link to="/admin/flows/$id" params={{ id: run.id }} className="number">
                {moment(run.started_at)}
              </Link>
              <FlowState state={run.state} failed={run.incidents.length > 0} />
            </li>
          ))}
        </ul>
      )}
      <Link to="/admin/flows" search={{ workflow }}>
        {t('admin.connections.allRuns')}
      </Link>
    </div>
  );
}

/** How a message is signed, to be taken into a shell. */
function example({ workflow, parameters }: Webhook): string {
  const body = JSON.stringify(Object.fromEntries(parameters.map(({ name }) => [name, '…'])));
  return [
    `BODY='${body}'`,
    'NOW=$(date +%s)',
    `SIGNATURE=$(printf '%s.%s' "$NOW" "$BODY" | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d' ' -f1)`,
    `curl -sS -X POST ${addressOf(workflow)} -H 'Content-Type: application/json' \\`,
    `  -H "X-Lifeloom-Timestamp: $NOW" -H "X-Lifeloom-Signature: v1=$SIGNATURE" -d "$BODY"`,
  ].join('\n');
}

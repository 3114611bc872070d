import { queryOptions } from '@tanstack/react-query';
import type * as Schema from '../definition/schema.gen';
import { ask, get } from './client';

/*
 * Other systems: those that set off automations, and those that are asked. For administrators.
 */

export type Webhook = Schema.Webhook;
export type Connector = Schema.Connector;

export const webhooksQuery = queryOptions({
  queryKey: ['connections', 'webhooks'],
  queryFn: async ({ signal }) => (await get<Schema.Answers['list_webhooks']>('/webhooks', undefined, signal)).webhooks,
});

export const connectorsQuery = queryOptions({
  queryKey: ['connections', 'connectors'],
  queryFn: async ({ signal }) =>
    (await get<Schema.Answers['list_connectors']>('/connectors', undefined, signal)).connectors,
});

export const connectorQuery = (name: string) =>
  queryOptions({
    queryKey: ['connections', 'connector', name],
    queryFn: ({ signal }) => get<Connector>(`/connectors/${name}`, undefined, signal),
  });

/** Where a webhook is sent to. */
export const addressOf = (workflow: string) => `${location.origin}/api/v1/webhooks/${workflow}`;

/** Where a secret is kept: of a webhook, or one of a connector. */
export type SecretPlace = { webhook: string } | { connector: string; name: string };

const pathOf = (place: SecretPlace) =>
  'webhook' in place ? `/webhooks/${place.webhook}/secret` : `/connectors/${place.connector}/secrets/${place.name}`;

/** Sets a secret, or forgets it; nobody reads it any more. */
export async function keepSecret(place: SecretPlace, value: string | null): Promise<void> {
  if (value === null) await ask('DELETE', pathOf(place));
  else await ask('PUT', pathOf(place), { body: { value } });
}

/** What stands in the place of what the definition says. */
export async function setConnector(name: string, settings: Partial<Schema.ConnectorSettings>): Promise<void> {
  await ask('PUT', `/connectors/${name}/settings`, { body: settings });
}

/** Asks another system something, at once. */
export async function tryConnector(
  name: string,
  operation: string,
  parameters: Record<string, unknown>,
): Promise<Schema.Answers['call_connector']> {
  const path = `/connectors/${name}/operations/${operation}/call`;
  return (await ask<Schema.Answers['call_connector']>('POST', path, { body: { parameters } })).body;
}

/** A secret that nobody guesses. */
export function freshSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

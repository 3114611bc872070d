import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../../definition/problem';
import { type Effect, EFFECT_STATES, effectsQuery, settleEffect } from '../../../api/effects';
import { moment } from '../../../fields/date';
import { Empty } from '../../../ui/Empty';
import { ErrorState } from '../../../ui/ErrorState';
import { Page } from '../../../ui/Page';
import { Panel, Panels } from '../../../ui/Panel';
import { Waiting } from '../../../ui/Skeleton';
import { State, type Tone } from '../../../ui/State';
import { Table } from '../../../ui/Table';
import { ActButton } from '../ActButton';
import styles from '../admin.module.css';

const route = getRouteApi('/inside/admin/effects');
const TONES: Record<Effect['state'], Tone> = {
  ready: 'grey',
  sending: 'blue',
  done: 'green',
  failed: 'red',
  unknown: 'gold',
};

/** Mails and calls that leave the site, and what becomes of those that did not arrive. */
export function EffectsPage() {
  const { t } = useTranslation();
  const { state = '' } = route.useSearch();
  const found = useQuery(effectsQuery(state));
  const tab = (key: string) => ({
    key,
    label: t(key === '' ? 'admin.effects.all' : `effect.states.${key}`),
    active: state === key,
    link: { to: '/admin/effects' as const, search: key === '' ? {} : { state: key } },
  });
  return (
    <Page title={t('admin.effects.title')} tabs={['', ...EFFECT_STATES].map(tab)}>
      <Panels wide>
        <Panel title={t('admin.effects.newest')} help={t('admin.effects.help')}>
          {failureOf(found) ? (
            <ErrorState error={found.error} reset={() => void found.refetch()} />
          ) : found.data === undefined ? (
            <Waiting />
          ) : found.data.length === 0 ? (
            <Empty title={t('admin.effects.nothing')} />
          ) : (
            <Table
              label={t('admin.effects.newest')}
              rows={found.data}
              id={(one) => one.id}
              columns={[
                { key: 'kind', label: t('admin.jobs.kind'), cell: (one) => one.kind },
                { key: 'to', label: t('admin.effects.to'), cell: (one) => one.to ?? '—' },
                {
                  key: 'state',
                  label: t('admin.state'),
                  cell: (one) => <State tone={TONES[one.state]}>{t(`effect.states.${one.state}`)}</State>,
                },
                { key: 'attempts', label: t('admin.effects.attempts'), end: true, cell: (one) => one.attempts },
                { key: 'reason', label: t('admin.reason'), cell: (one) => one.reason ?? '—' },
                {
                  key: 'at',
                  label: t('admin.jobs.at'),
                  narrow: true,
                  cell: (one) => <span className="number">{moment(one.created_at)}</span>,
                },
                {
                  key: 'settle',
                  label: t('admin.effects.settle'),
                  cell: (one) =>
                    one.state !== 'sending' &&
                    one.state !== 'done' && (
                      <span className={styles.actions}>
                        <ActButton
                          size="small"
                          label={t('admin.effects.retry')}
                          act={() => settleEffect(one.id, 'retry')}
                          changed={[['effects']]}
                        />
                        <ActButton
                          size="small"
                          label={t('admin.effects.done')}
                          ask={t('admin.effects.doneAsk')}
                          act={() => settleEffect(one.id, 'done')}
                          changed={[['effects']]}
                        />
                      </span>
                    ),
                },
              ]}
            />
          )}
        </Panel>
      </Panels>
    </Page>
  );
}

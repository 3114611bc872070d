import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDefinitions } from '../../api/definitions';
import type { Referred } from '../../definition/reference';
import { WhyNot } from '../../forms/WhyNot';
import { Page } from '../../ui/Page';
import { Panel, Panels } from '../../ui/Panel';
import styles from './admin.module.css';
import { Choice } from './Choice';
import { Chooser } from './Chooser';

const route = getRouteApi('/inside/admin/access');

/** Why somebody may do something, or may not. */
export function AccessPage() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = useNavigate();
  const objects = useDefinitions().filter((one) => one.kind === 'object');
  const { user, name, object } = search;
  // The way back leads to another object without a word from here: a record counts for its own object only.
  const [chosen, setChosen] = useState<{ of: string; record: Referred | null }>();
  const record = chosen?.of === object ? (chosen?.record ?? null) : null;
  return (
    <Page title={t('explain.title')}>
      <Panels>
        <Panel title={t('admin.access.question')} help={t('admin.access.help')}>
          <div className={styles.row}>
            <Chooser
              label={t('admin.access.user')}
              object="base.user"
              value={user === undefined ? null : { id: user, title: name ?? null }}
              onChange={(who) =>
                void navigate({
                  to: '/admin/access',
                  search: { ...search, user: who?.id, name: who?.title ?? undefined },
                })
              }
            />
            <Choice
              label={t('admin.audit.object')}
              value={object}
              options={objects.map((one) => ({ value: one.name, label: one.label }))}
              clears={false}
              onChange={(next) => void navigate({ to: '/admin/access', search: { ...search, object: next } })}
            />
            {object !== undefined && (
              <Chooser
                key={object}
                label={t('admin.access.record')}
                object={object}
                value={record}
                onChange={(next) => setChosen({ of: object, record: next })}
              />
            )}
          </div>
        </Panel>
        {object !== undefined && (
          <Panel title={t('admin.access.answer')}>
            <WhyNot key={object} object={object} record={record?.id} user={user} />
          </Panel>
        )}
      </Panels>
    </Page>
  );
}

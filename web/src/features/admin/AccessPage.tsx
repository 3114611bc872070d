import { getRouteApi, useNavigate } from '@tanstack/react-router';
import Select from 'antd/es/select';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDefinitions } from '../../api/definitions';
import type { Referred } from '../../definition/reference';
import { WhyNot } from '../../forms/WhyNot';
import { Page } from '../../ui/Page';
import { Panel, Panels } from '../../ui/Panel';
import styles from './admin.module.css';
import { Chooser } from './Chooser';

const route = getRouteApi('/inside/admin/access');

/** Why somebody may do something, or may not. */
export function AccessPage() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = useNavigate();
  const objects = useDefinitions().filter((one) => one.kind === 'object');
  const [record, setRecord] = useState<Referred | null>(null);
  const { user, name, object } = search;
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
            <div className={styles.entry}>
              <span>{t('admin.audit.object')}</span>
              <Select
                aria-label={t('admin.audit.object')}
                value={object}
                showSearch={{ optionFilterProp: 'label' }}
                options={objects.map((one) => ({ value: one.name, label: one.label }))}
                onChange={(next: string) => {
                  setRecord(null);
                  void navigate({ to: '/admin/access', search: { ...search, object: next } });
                }}
              />
            </div>
            {object !== undefined && (
              <Chooser
                key={object}
                label={t('admin.access.record')}
                object={object}
                value={record}
                onChange={setRecord}
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

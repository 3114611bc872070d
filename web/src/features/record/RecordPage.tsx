import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import Button from 'antd/es/button';
import { Pencil } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useDefinition } from '../../api/definitions';
import { useForm } from '../../api/forms';
import { sectionsOf } from '../../definition/form';
import { titleOf } from '../../definition/title';
import { usePhone } from '../../ui/appearance';
import { ErrorState } from '../../ui/ErrorState';
import { Page } from '../../ui/Page';
import { Waiting } from '../../ui/Skeleton';
import { Moves } from './Moves';
import { Pending } from './Pending';
import { StagePath } from './StagePath';
import { Timeline } from './Timeline';
import { expansions, recordQuery } from '../../forms/useRecord';
import { useConditions } from '../../forms/conditions';
import { Values } from '../../forms/Values';
import forms from '../../forms/forms.module.css';
import styles from './record.module.css';

const route = getRouteApi('/inside/records/$object/$id');

/** One record: where it stands, what it holds, what happened to it, what can be done with it. */
export function RecordPage() {
  const { t } = useTranslation();
  const { object: name, id } = route.useParams();
  const object = useDefinition('object', name);
  const form = useForm(name);
  const sections = sectionsOf(object, form, usePhone());
  const expand = expansions(
    object,
    sections.flatMap((section) => section.fields),
  );
  const found = useQuery(recordQuery(name, id, expand));
  const ask = useConditions(form, found.data);
  if (found.error) return <ErrorState error={found.error} reset={() => void found.refetch()} />;
  if (found.data === undefined) return <Waiting />;
  const row = found.data;
  return (
    <Page
      title={titleOf(object, row)}
      actions={
        <>
          <Moves object={object} row={row} />
          {object.may.update && (
            <Link to="/records/$object/$id/edit" params={{ object: name, id }}>
              <Button icon={<Pencil size={15} />}>{t('record.edit')}</Button>
            </Link>
          )}
        </>
      }
    >
      <StagePath object={object} row={row} />
      <Pending object={object} row={row} />
      <div className={forms.scroll}>
        <div className={styles.two}>
          <div className={styles.stack}>
            <Values object={object} form={form} sections={sections} row={row} ask={ask} />
          </div>
          <Timeline object={object} row={row} />
        </div>
      </div>
    </Page>
  );
}

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Hourglass } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useDefinitions } from '../../api/definitions';
import type { Row } from '../../api/records';
import { instancesQuery } from '../../api/tasks';
import type { ObjectDefinition } from '../../definition/types';
import styles from './record.module.css';

/** Says that an approval runs on the record, for which move, and who asked for it. */
export function Pending({ object, row }: { object: ObjectDefinition; row: Row }) {
  const { t } = useTranslation();
  const flows = useDefinitions().some((one) => one.kind === 'workflow' && one.object === object.name);
  const { data } = useQuery({ ...instancesQuery(object.name, row.id), enabled: flows });
  const running = data?.find((one) => one.state === 'running');
  if (running === undefined) return null;
  const move = running.parked && object.transitions?.moves[running.parked.move]?.label;
  return (
    <p className={styles.pending} role="status">
      <Hourglass size={16} aria-hidden />
      <Link to="/approvals/$box/$id" params={{ box: 'started', id: running.id }}>
        {move ? t('record.pendingMove', { move }) : t('record.pending')}
      </Link>
      {running.initiator?.title && <span>{t('record.askedBy', { name: running.initiator.title })}</span>}
    </p>
  );
}

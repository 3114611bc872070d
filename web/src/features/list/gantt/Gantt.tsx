import Button from 'antd/es/button';
import Checkbox from 'antd/es/checkbox';
import Segmented from 'antd/es/segmented';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Row } from '../../../api/records';
import type { ObjectDefinition, View } from '../../../definition/types';
import type { ReadColumn } from '../../../ui/grid';
import { failureOf } from '../../../definition/problem';
import { Empty } from '../../../ui/Empty';
import { ErrorState } from '../../../ui/ErrorState';
import { preference } from '../../../ui/preference';
import { Waiting } from '../../../ui/Skeleton';
import { Most } from '../Most';
import type { ListSearch } from '../search';
import { SCALES, type Scale } from './axis';
import { Chart } from './Chart';
import { criticalPath } from './critical';
import styles from './gantt.module.css';
import { tasksOf } from './plan';
import { writable } from './useSpans';
import { MOST, useTasks } from './useTasks';

interface Props {
  object: ObjectDefinition;
  view: View;
  search: ListSearch;
  fields: string[];
  cells: ReadColumn<Row>[];
  rowHeight: number;
  phone: boolean;
  onOpen: (row: Row) => void;
}

const chosenScale = preference<Scale>('gantt.scale', ['week', ...SCALES]);

/** Records as bars on an axis of time, with what waits for what and the chain that everything hangs on. */
export default function Gantt({ object, view, search, fields, cells, rowHeight, phone, onOpen }: Props) {
  const { t } = useTranslation();
  const scale = chosenScale.use();
  const [marked, setMarked] = useState(true);
  const [today, setToday] = useState(0);
  const { filter, search: words, sort } = search;
  const found = useTasks(object.name, {
    view: view.name,
    fields: fields.join(','),
    ...(filter ? { filter } : {}),
    ...(words ? { search: words } : {}),
    ...(sort ? { sort } : {}),
  });
  const rows = found.data?.rows;
  const tasks = useMemo(() => tasksOf(object, view, rows ?? []), [object, view, rows]);
  const critical = useMemo(
    () =>
      criticalPath(
        tasks.flatMap(({ id, span, after }) => (span === null ? [] : { id, length: span.end - span.start, after })),
      ),
    [tasks],
  );
  // Whoever may not read when things begin sees no plan.
  if (view.start === undefined) return <Empty title={t('gantt.hidden')} />;
  if (failureOf(found)) return <ErrorState error={found.error} reset={() => void found.refetch()} />;
  if (rows === undefined) return <Waiting />;
  const may = writable(object, view);
  const chain = Math.round(critical.length * 10) / 10;
  const loops = tasks.filter((task) => critical.loops.has(task.id)).map((task) => task.title);
  return (
    <>
      <div className={styles.tools} role="group" aria-label={t('gantt.tools')}>
        <Segmented
          aria-label={t('gantt.scale')}
          options={SCALES.map((value) => ({ value, label: t(`gantt.scales.${value}`) }))}
          value={scale}
          onChange={chosenScale.set}
        />
        <Button onClick={() => setToday((before) => before + 1)}>{t('gantt.today')}</Button>
        {chain > 0 && (
          <Checkbox checked={marked} onChange={(event) => setMarked(event.target.checked)}>
            {t('gantt.critical', { count: chain })}
          </Checkbox>
        )}
        {loops.length > 0 && (
          <span className={styles.loop}>{t('gantt.loop', { names: loops.slice(0, 5).join(', ') })}</span>
        )}
        {may.move && (
          <span className={styles.help} title={t('gantt.keys')}>
            {t('gantt.keys')}
          </span>
        )}
      </div>
      <Chart
        object={object}
        view={view}
        tasks={tasks}
        columns={Object.keys(view.columns).length > 0 ? cells : []}
        critical={marked ? critical : undefined}
        scale={scale}
        today={today}
        may={may}
        rowHeight={phone ? 52 : rowHeight}
        phone={phone}
        onOpen={onOpen}
      />
      {found.data?.cut && <Most count={MOST} />}
    </>
  );
}

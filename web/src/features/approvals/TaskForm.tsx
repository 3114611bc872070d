import { failureOf } from '../../definition/problem';
import type { Row } from '../../api/records';
import { saveTask, type Task } from '../../api/tasks';
import type { ObjectDefinition } from '../../definition/types';
import { RecordForm } from '../../forms/RecordForm';
import { useChanging, useRefresh } from '../../forms/useRecord';
import { ErrorState } from '../../ui/ErrorState';
import { Waiting } from '../../ui/Skeleton';

interface Props {
  task: Task;
  /** As the step shows it. */
  object: ObjectDefinition;
  onDone: () => void;
}

/** What a step opens for change, while its approver changes it. */
export function TaskForm({ task, object, onDone }: Props) {
  const { id } = task.record;
  const refresh = useRefresh(object.name, id);
  const { found, row, reread } = useChanging(object, id, task.form);
  if (failureOf(found)) return <ErrorState error={found.error} reset={() => void found.refetch()} />;
  if (row === undefined) return <Waiting />;
  return (
    <RecordForm
      object={object}
      named={task.form}
      id={id}
      before={row}
      reread={reread}
      onCancel={onDone}
      onSave={async (changes, before) => {
        if (Object.keys(changes).length > 0) await saveTask(task.id, before as Row, changes);
        await refresh();
        return onDone;
      }}
    />
  );
}

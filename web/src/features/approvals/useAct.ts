import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { type Act, decide, type Said, type Task } from '../../api/tasks';
import { failed, toast } from '../../ui/toast';
import type { Refusal } from './refusal';
import { refusalOf } from './refusal';
import { refresh, useDecision } from './useDecision';

/** What somebody does with a task, and what is said with it. */
export interface Doing {
  act: Act;
  said: Said;
}

interface Options {
  task: Task;
  box: string;
  /** The version of the record that was looked at. */
  seen?: number | undefined;
  onDone?: (doing: Doing) => void;
  /** Whether what is refused is said where it is asked. */
  places?: readonly (keyof Refusal)[];
}

/** After these one goes on with the same task. */
const STAYING: readonly Act[] = ['comment', 'remove_sign', 'cc', 'take_back'];
/** What is decided is decided about the record that was seen. */
const DECIDING: readonly Act[] = ['approve', 'reject', 'done', 'return'];

/** Whether somebody goes on with a task after this. */
function stays({ act, said }: Doing): boolean {
  // Where others are asked before, there is nothing to do until they have answered.
  return STAYING.includes(act) || (act === 'add_sign' && said.place !== 'before');
}

/** Says what was done with a task, with the way back where there is one. */
export function useTold(): (act: Act, task: Task | undefined) => void {
  const { t } = useTranslation();
  const queries = useQueryClient();
  return (act, task) => {
    const back = async (id: string) => {
      try {
        await decide(id, 'take_back', {});
        toast({ text: t('approvals.told.take_back'), tone: 'done' });
      } catch (error) {
        failed(error);
      }
      await refresh(queries);
    };
    const may = task?.may?.includes('take_back') === true;
    toast({
      text: t(`approvals.told.${act}`),
      tone: 'done',
      action: task && may ? { label: t('approvals.acts.take_back'), run: () => void back(task.id) } : undefined,
    });
  };
}

/** Does something with a task, says so, and leaves a task with which nothing is left to do. */
export function useAct({ task, box, seen, onDone, places = [] }: Options) {
  const navigate = useNavigate();
  const { id: open } = useParams({ strict: false });
  const tell = useTold();
  return useDecision(
    ({ act, said }: Doing) => decide(task.id, act, said, DECIDING.includes(act) ? seen : undefined),
    async (doing, now) => {
      tell(doing.act, now);
      onDone?.(doing);
      // Another task that is open beside the list stays.
      if (open === task.id && !stays(doing)) await navigate({ to: '/approvals/$box', params: { box }, search: true });
    },
    (error) => {
      const said = refusalOf(error);
      const told = Object.keys(said);
      return told.length > 0 && told.every((place) => (places as readonly string[]).includes(place));
    },
  );
}

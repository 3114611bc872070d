import Button from 'antd/es/button';
import { Undo2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../api/session';
import { type Task, urge, withdraw, type WholeInstance } from '../../api/tasks';
import { toast } from '../../ui/toast';
import styles from './approvals.module.css';
import { useAct } from './useAct';
import { useDecision } from './useDecision';

const Ending = lazy(() => import('./Ending'));

/** The way back from the own decision, as long as nobody acted upon it. */
export function TakeBack({ task, box }: { task: Task; box: string }) {
  const { t } = useTranslation();
  const acting = useAct({ task, box });
  return (
    <footer className={styles.decide}>
      <div className={styles.buttons}>
        <Button
          icon={<Undo2 size={15} aria-hidden />}
          loading={acting.isPending}
          onClick={() => acting.mutate({ act: 'take_back', said: {} })}
        >
          {t('approvals.acts.take_back')}
        </Button>
      </div>
    </footer>
  );
}

/** What can be done with a flow that runs: who began it urges those it waits for or withdraws it, and administrators end it. */
export function Ways({ instance }: { instance: WholeInstance }) {
  const { t } = useTranslation();
  const { user } = useSession();
  const [ending, setEnding] = useState(false);
  const withdrawing = useDecision<void, void>(
    () => withdraw(instance.id, ''),
    () => toast({ text: t('approvals.told.withdraw'), tone: 'done' }),
  );
  const urging = useDecision<void, void>(
    () => urge(instance.id),
    () => toast({ text: t('approvals.told.urge'), tone: 'done' }),
  );
  const mine = instance.initiator?.id === user.id;
  if (!mine && !user.admin) return null;
  return (
    <footer className={styles.decide}>
      <div className={styles.buttons}>
        {instance.tasks.some((task) => task.state === 'open' && task.kind !== 'cc') && (
          <Button loading={urging.isPending} onClick={() => urging.mutate()}>
            {t('approvals.urge')}
          </Button>
        )}
        {mine && (
          <Button loading={withdrawing.isPending} onClick={() => withdrawing.mutate()}>
            {t('approvals.withdraw')}
          </Button>
        )}
        {user.admin && (
          <Button danger onClick={() => setEnding(true)}>
            {t('approvals.end')}
          </Button>
        )}
      </div>
      {ending && (
        <Suspense fallback={null}>
          <Ending instance={instance} onClose={() => setEnding(false)} />
        </Suspense>
      )}
    </footer>
  );
}

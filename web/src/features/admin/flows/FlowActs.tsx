import { useNavigate } from '@tanstack/react-router';
import Button from 'antd/es/button';
import { CirclePause, CirclePlay, CornerDownRight, Megaphone, OctagonX, Replace, RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Ordered, order } from '../../../api/flows';
import { urge, type WholeInstance } from '../../../api/tasks';
import { toast } from '../../../ui/toast';
import Jump from './Jump';
import { OrderDialog } from './OrderDialog';
import { useSilentOrder } from './useOrder';

type Asked = Ordered | 'jump';

/** What an administrator can do to a flow that has not ended. */
export function FlowActs({ flow }: { flow: WholeInstance }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [asked, setAsked] = useState<Asked>();
  const urging = useSilentOrder(
    () => urge(flow.id),
    () => toast({ text: t('approvals.told.urge'), tone: 'done' }),
  );
  if (flow.ended_at !== null) return null;
  const running = flow.state === 'running';
  const waits = running && flow.tasks.some(({ state, kind }) => state === 'open' && kind !== 'cc');
  const close = () => setAsked(undefined);
  return (
    <>
      {waits && (
        <Button icon={<Megaphone size={15} />} loading={urging.isPending} onClick={() => urging.mutate(undefined)}>
          {t('approvals.urge')}
        </Button>
      )}
      {flow.current === false && (
        <Button
          icon={<Replace size={15} />}
          onClick={() =>
            void navigate({ to: '/admin/flows/migrate', search: { workflow: flow.workflow, instance: flow.id } })
          }
        >
          {t('admin.flows.migrate')}
        </Button>
      )}
      {running && (
        <>
          <Button icon={<CornerDownRight size={15} />} onClick={() => setAsked('jump')}>
            {t('admin.flows.jump')}
          </Button>
          <Button icon={<CirclePause size={15} />} onClick={() => setAsked('suspend')}>
            {t('admin.flows.suspend')}
          </Button>
        </>
      )}
      {flow.state === 'suspended' && (
        <Button type="primary" icon={<CirclePlay size={15} />} onClick={() => setAsked('resume')}>
          {t('admin.flows.resume')}
        </Button>
      )}
      {flow.restarts && (
        <Button icon={<RotateCcw size={15} />} onClick={() => setAsked('restart')}>
          {t('admin.flows.restart')}
        </Button>
      )}
      <Button danger icon={<OctagonX size={15} />} onClick={() => setAsked('cancel')}>
        {t('admin.flows.cancel')}
      </Button>
      {asked === 'jump' && <Jump id={flow.id} onClose={close} />}
      {asked !== undefined && asked !== 'jump' && <Halt flow={flow} how={asked} onClose={close} />}
    </>
  );
}

interface HaltProps {
  flow: WholeInstance;
  how: Ordered;
  onClose: () => void;
}

function Halt({ flow, how, onClose }: HaltProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const help = t(`admin.flows.asks.${how}`, { title: flow.record.title ?? '—' });
  return (
    <OrderDialog
      title={t(`admin.flows.${how}`)}
      help={how === 'cancel' && flow.parked !== null ? `${help} ${t('approvals.endMove')}` : help}
      danger={how === 'cancel'}
      done={t(`admin.flows.halted.${how}`)}
      act={async (comment) => {
        const { id } = await order(flow.id, how, comment);
        if (id !== flow.id) void navigate({ to: '/admin/flows/$id', params: { id } });
      }}
      onClose={onClose}
    />
  );
}

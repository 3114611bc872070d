import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import Button from 'antd/es/button';
import Dropdown from 'antd/es/dropdown';
import { Ellipsis } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { remove, restore, type Row } from '../../api/records';
import { titleOf } from '../../definition/title';
import type { ObjectDefinition } from '../../definition/types';
import { WhyNot } from '../../forms/WhyNot';
import { Dialog } from '../../ui/Dialog';
import { toast } from '../../ui/toast';
import { FollowersDialog } from './FollowersDialog';

/** What is done with a record less often. */
export function More({ object, row }: { object: ObjectDefinition; row: Row }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<'why' | 'followers' | null>(null);
  const close = () => setOpen(null);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const refresh = () => queries.invalidateQueries({ queryKey: ['records', object.name] });
  const fail = (error: Error) => toast({ text: error.message, tone: 'wrong' });
  const undo = () => void restore(object.name, row.id).then(refresh).catch(fail);
  const drop = async () => {
    await remove(object.name, row);
    await navigate({ to: '/records/$object', params: { object: object.name } });
    await refresh();
    toast({
      text: t('record.deleted', { title: titleOf(object, row) }),
      tone: 'done',
      action: object.may.restore ? { label: t('list.undo'), run: undo } : undefined,
    });
  };
  const copy = async () => {
    await navigator.clipboard.writeText(location.href.split('?')[0] ?? '');
    toast({ text: t('record.linkCopied'), tone: 'done' });
  };
  const acts: Record<string, () => unknown> = { print: () => window.print(), copy, drop };
  const items = [
    { key: 'copy', label: t('record.copyLink') },
    { key: 'print', label: t('record.print') },
    ...(object.features.followers ? [{ key: 'followers', label: t('record.followers') }] : []),
    { key: 'why', label: t('record.why') },
    ...(object.may.delete ? [{ key: 'drop', label: t('record.delete'), danger: true }] : []),
  ];
  return (
    <>
      <Dropdown
        trigger={['click']}
        placement="bottomRight"
        menu={{
          items,
          onClick: ({ key }) => {
            if (key === 'why' || key === 'followers') return setOpen(key);
            Promise.resolve(acts[key]?.()).catch(fail);
          },
        }}
      >
        <Button type="text" icon={<Ellipsis size={17} />} aria-label={t('record.more')} />
      </Dropdown>
      {open === 'why' && (
        <Dialog title={t('record.why')} onClose={close}>
          <WhyNot object={object.name} record={row.id} />
        </Dialog>
      )}
      {open === 'followers' && <FollowersDialog object={object.name} id={row.id} onClose={close} />}
    </>
  );
}

import { useQueryClient } from '@tanstack/react-query';
import Button from 'antd/es/button';
import Checkbox from 'antd/es/checkbox';
import Dropdown from 'antd/es/dropdown';
import Input from 'antd/es/input';
import { Bookmark } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOnce } from '../../api/once';
import { usePerson } from '../../api/session';
import { changeView, type ListSettings, removeView, type SavedView, savedViewsQuery, saveView } from '../../api/views';
import { Dialog } from '../../ui/Dialog';
import { failed, toast } from '../../ui/toast';
import { ToolButton } from '../../ui/ToolButton';

interface Props {
  object: string;
  /** The view of a pack that the list stands on. */
  view: string | undefined;
  saved: SavedView | undefined;
  /** How the list is looked at now. */
  settings: ListSettings;
  /** Whether that differs from what was saved. */
  changed: boolean;
  onSaved: (saved: SavedView | undefined) => void;
}

/** Keeps the way a list is looked at: for oneself, or for everybody. */
export function SavedViews({ object, view, saved, settings, changed, onSaved }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const person = usePerson();
  const [naming, setNaming] = useState(false);
  const own = saved !== undefined && (saved.owner.id === person.id || person.admin);
  const refresh = () => queries.invalidateQueries({ queryKey: savedViewsQuery(object).queryKey });
  const change = useOnce({
    mutationFn: (body: Parameters<typeof changeView>[1]) => changeView(saved as SavedView, body),
    onSuccess: async (after) => {
      await refresh();
      onSaved(after);
      toast({ text: t('views.kept', { name: after.name }), tone: 'done' });
    },
    onError: failed,
  });
  const remove = useOnce({
    mutationFn: async (gone: SavedView) => {
      await removeView(gone);
      return gone;
    },
    onSuccess: async (gone) => {
      onSaved(undefined);
      await refresh();
      const { name, base_view, shared, locked } = gone;
      const back = () => saveView(object, { name, base_view, shared, locked, settings: gone.settings }).then(refresh);
      toast({
        text: t('views.removed', { name }),
        tone: 'done',
        action: { label: t('list.undo'), run: () => void back().catch(failed) },
      });
    },
    onError: failed,
  });
  const may = own || (saved?.shared === true && !saved.locked);
  const items = [
    ...(saved && may && changed
      ? [{ key: 'update', label: t(saved.shared ? 'views.forEverybody' : 'views.forMe') }]
      : []),
    { key: 'new', label: t('views.saveAs') },
    ...(saved && own
      ? [
          { key: 'share', label: t(saved.shared ? 'views.unshare' : 'views.share') },
          ...(saved.shared ? [{ key: 'lock', label: t(saved.locked ? 'views.unlock' : 'views.lock') }] : []),
          { key: 'remove', label: t('views.remove'), danger: true },
        ]
      : []),
  ];
  const acts: Record<string, () => void> = {
    update: () => change.mutate({ settings }),
    new: () => setNaming(true),
    share: () => change.mutate({ shared: !saved?.shared }),
    lock: () => change.mutate({ locked: !saved?.locked }),
    remove: () => saved && remove.mutate(saved),
  };
  return (
    <>
      <Dropdown trigger={['click']} menu={{ items, onClick: ({ key }) => acts[key]?.() }}>
        <ToolButton small icon={<Bookmark size={15} />} label={t('views.save')} on={changed} />
      </Dropdown>
      {naming && (
        <Naming
          object={object}
          view={view}
          settings={settings}
          onClose={() => setNaming(false)}
          onSaved={(made) => void refresh().then(() => onSaved(made))}
        />
      )}
    </>
  );
}

interface NamingProps {
  object: string;
  view: string | undefined;
  settings: ListSettings;
  onClose: () => void;
  onSaved: (saved: SavedView) => void;
}

function Naming({ object, view, settings, onClose, onSaved }: NamingProps) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const save = useOnce({
    mutationFn: () =>
      saveView(object, { name: name.trim(), base_view: view ?? null, shared, locked: shared, settings }),
    onSuccess: (made) => {
      onClose();
      onSaved(made);
    },
    onError: failed,
  });
  const ready = name.trim() !== '';
  return (
    <Dialog
      title={t('views.saveAs')}
      width={420}
      onClose={onClose}
      footer={
        <Button type="primary" disabled={!ready} loading={save.isPending} onClick={() => save.mutate()}>
          {t('views.save')}
        </Button>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) save.mutate();
        }}
      >
        <label>
          {t('views.name')}
          <Input autoFocus maxLength={80} value={name} onChange={(event) => setName(event.target.value)} />
        </label>
        <Checkbox checked={shared} onChange={(event) => setShared(event.target.checked)} style={{ marginTop: 12 }}>
          {t('views.shareNew')}
        </Checkbox>
      </form>
    </Dialog>
  );
}

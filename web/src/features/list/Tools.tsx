import Input from 'antd/es/input';
import { PencilLine, Search, Upload } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ListSearch } from './search';
import type { ObjectDefinition, View } from '../../definition/types';
import { usePhone } from '../../ui/appearance';
import { LinkButton } from '../../ui/LinkButton';
import { useTyped } from '../../ui/useTyped';
import type { Column } from '../../fields/columns';
import { ToolButton } from '../../ui/ToolButton';
import { Columns } from './Columns';
import { Export } from './Export';
import { Filters } from './Filters';
import { QuickFilters } from './QuickFilters';
import { SavedViews } from './SavedViews';
import type { Settings } from './useSettings';
import styles from './list.module.css';

interface Props {
  object: ObjectDefinition;
  view: View | undefined;
  search: ListSearch;
  settings: Settings;
  columns: Column[];
  /** Whether cells are there to be changed. */
  editing: boolean;
  /** `undefined` where nothing can be changed in the list. */
  onEditing: ((editing: boolean) => void) | undefined;
  onTurn: (next: Partial<ListSearch>) => void;
  /** Further tools of this kind of view. */
  children?: ReactNode;
}

/** What narrows a list down, and how it is looked at. */
export function Tools({ object, view, search, settings, columns, editing, onEditing, onTurn, children }: Props) {
  const { t } = useTranslation();
  const phone = usePhone();
  const table = view === undefined || view.type === 'list' || view.type === 'tree';
  const searchable = Object.values(object.fields).some((field) => field.search);
  return (
    <div className={styles.tools} data-tour="list">
      {searchable && (
        <Words label={t('list.search')} value={search.search ?? ''} onChange={(words) => onTurn({ search: words })} />
      )}
      <Filters object={object} text={search.filter ?? ''} onText={(filter) => onTurn({ filter })} />
      <QuickFilters
        object={object}
        columns={columns}
        text={search.filter ?? ''}
        onText={(filter) => onTurn({ filter })}
      />
      {children}
      <span className={styles.space} />
      {!phone && onEditing && (
        <ToolButton
          small
          icon={<PencilLine size={15} />}
          label={t('list.editing')}
          on={editing}
          pressed={editing}
          onClick={() => onEditing(!editing)}
        />
      )}
      {table && (
        <Columns object={object} columns={columns} onColumns={settings.setColumns} changed={settings.tweaked} />
      )}
      <SavedViews
        object={object.name}
        view={view?.name}
        saved={settings.saved}
        settings={settings.now}
        changed={settings.changed}
        onSaved={(saved) => onTurn({ saved: saved?.id ?? '' })}
      />
      {object.may.import && (
        <LinkButton
          to="/records/$object/import"
          params={{ object: object.name }}
          icon={<Upload size={15} />}
          aria-label={t('list.import')}
          title={t('list.import')}
        />
      )}
      {object.may.export && <Export object={object} view={view?.name} search={search} />}
    </div>
  );
}

function Words({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const [typed, setTyped] = useTyped(value, onChange);
  return (
    <Input
      className={styles.search}
      aria-label={label}
      placeholder={label}
      prefix={<Search size={14} aria-hidden />}
      allowClear
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
    />
  );
}

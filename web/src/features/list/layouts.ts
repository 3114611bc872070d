import { type ComponentType, lazy } from 'react';
import type { Row, Selection } from '../../api/records';
import type { ObjectDefinition, View, ViewType } from '../../definition/types';
import type { Column } from '../../fields/columns';
import type { ReadColumn } from '../../ui/grid';
import type { ListSearch } from './search';
import type { Rows } from './usePages';

/** What a view is drawn from; each type of view takes of it what it needs. */
export interface LayoutProps {
  object: ObjectDefinition;
  view: View;
  search: ListSearch;
  /** What is asked for of each record. */
  fields: string[];
  /** Which records, with which fields, in which order. */
  selection: Selection;
  columns: Column[];
  /** The columns as a table shows them. */
  cells: ReadColumn<Row>[];
  rows: Rows;
  rowHeight: number;
  phone: boolean;
  selected: ReadonlySet<string>;
  onSelect: (selected: ReadonlySet<string>) => void;
  onOpen: (row: Row) => void;
}

interface Layout {
  Show: ComponentType<LayoutProps>;
  /** The fields that it shows; those of the columns where it does not say. */
  fields?: (view: View) => (string | undefined)[];
  /** It fetches its records itself, so that here only their number is asked for. */
  own: boolean;
}

// Most views are lists.
const Board = lazy(() => import('./Board'));
const Calendar = lazy(() => import('./Calendar'));
const Gallery = lazy(() => import('./Gallery'));
const Gantt = lazy(() => import('./gantt/Gantt'));
const Tree = lazy(() => import('./Tree'));

const card = ({ card, group_by }: View) => [card?.title, ...Object.keys(card?.lines ?? {}), card?.sum, group_by];
const entry = ({ title, start, end }: View) => [title, start, end];

/** Every type of view but the list. A new one is its own file and a line here. */
const layouts: Partial<Record<ViewType, Layout>> = {
  kanban: { Show: Board, fields: card, own: true },
  calendar: { Show: Calendar, fields: entry, own: true },
  tree: { Show: Tree, own: true },
  gallery: { Show: Gallery, fields: (view) => [...card(view), view.cover], own: false },
  gantt: {
    Show: Gantt,
    fields: (view) => [
      ...entry(view),
      view.parent,
      view.depends_on,
      view.progress,
      view.group_by,
      ...Object.keys(view.columns),
    ],
    own: true,
  },
};

/** How a view is laid out; nothing where it is a list. What words find in a tree has no place in it, and is a list. */
export function layoutOf(view: View | undefined, search: ListSearch): Layout | undefined {
  if (view === undefined || (view.type === 'tree' && search.search)) return undefined;
  return layouts[view.type];
}

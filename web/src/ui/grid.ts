import type { ReactNode } from 'react';

/** A column: its head, its width, and what stands in it. */
export interface ReadColumn<R> {
  key: string;
  label: string;
  /** In pixels. */
  width: number;
  /** Exactly as wide as that; others share the room that is left. */
  fixed?: boolean;
  /** Stays at the edge while the others are scrolled sideways. */
  pinned?: boolean;
  /** Figures stand at the end. */
  end?: boolean;
  sortable?: boolean;
  cell: (row: R) => ReactNode;
}

/** A column that can be changed where it stands. */
export interface GridColumn<R> extends ReadColumn<R> {
  /** What takes the place of the cell's content to change it; `undefined` for what cannot be changed here. */
  edit?: ((row: R, leave: Leave) => ReactNode) | undefined;
}

/** Where to go on from a cell that was changed, or left as it was; `away` where somebody is elsewhere already. */
export type Leave = (to: 'next' | 'previous' | 'below' | 'row' | 'away') => void;

/** An order: fields, the most important first. */
export type Order = { key: string; down: boolean }[];

export interface GridProps<R> {
  label: string;
  columns: GridColumn<R>[];
  count: number;
  /** The row at a place; `undefined` while it is on its way. */
  row: (index: number) => R | undefined;
  id: (row: R) => string;
  /** What a screen reader calls a row. */
  name: (row: R) => string;
  /** Says which rows are looked at. */
  onShow: (first: number, last: number) => void;
  onOpen: (row: R) => void;
  order: Order;
  onOrder: (order: Order) => void;
  /** A column was made wider or narrower, in pixels; without it none can be. */
  onWidth?: ((key: string, width: number) => void) | undefined;
  /** Cells are there to be changed: pressing one does not open its row. */
  editing?: boolean;
  /** The marked rows; without it none can be marked. */
  selected?: ReadonlySet<string>;
  onSelect?: (selected: ReadonlySet<string>) => void;
  rowHeight: number;
}

/** Width of the boxes that mark rows. */
export const CHECK = 44;
/** The narrowest column. */
export const NARROWEST = 64;

/** The columns with those that stay first, and from where each of those stays. */
export function placed<R>(columns: GridColumn<R>[], marks: boolean): (GridColumn<R> & { left?: number })[] {
  let left = marks ? CHECK : 0;
  const staying = columns.filter((column) => column.pinned);
  const pinned = staying.map((column) => {
    const at = { ...column, fixed: true, left };
    left += column.width;
    return at;
  });
  return [...pinned, ...columns.filter((column) => !column.pinned)];
}

/**
 * How a head or cell of a column is laid out. What stays in sight is named by an attribute of its own: rules about
 * `style` would be judged anew for every row that moves.
 */
export function layout<R>({ width, fixed, left }: GridColumn<R> & { left?: number }) {
  return {
    'data-pinned': left === undefined ? undefined : true,
    style: { width, flexGrow: fixed ? 0 : width, left },
  };
}

/*
 * Definitions as the server describes them (`GET /definitions/{kind}/{name}`): resolved, in the reader's language,
 * without what the reader may not know.
 */
import type { Tree } from './expression/tree';

/** One definition in the list of all. */
export interface Entry {
  kind: 'object' | 'view' | 'form' | 'app' | 'workflow' | 'role' | 'pack';
  name: string;
  label: string;
  object?: string;
  /** Of views and forms: taken where none is asked for by name. */
  default?: boolean;
}

/** What a person may do with an object's records; which of them, only the server knows. */
export interface May {
  create: boolean;
  read: boolean;
  update: boolean;
  delete: boolean;
  restore: boolean;
  purge: boolean;
  export: boolean;
  import: boolean;
  assign: boolean;
}

export interface ObjectDefinition {
  kind: 'object';
  name: string;
  label: string;
  plural: string;
  description: string | null;
  icon: string | null;
  single: boolean;
  strict: boolean;
  features: { history: boolean; comments: boolean; attachments: boolean };
  key: string[] | null;
  /** What a record is called: words, and the values of fields. */
  title: ({ words: string } | { field: string })[];
  may: May;
  fields: Record<string, Field>;
  transitions: Transitions | null;
  actions: Record<string, Action>;
}

/** A field; what else it says depends on its type. */
export interface Field {
  type: string;
  label: string;
  widget: string;
  help?: string;
  placeholder?: string;
  required: boolean;
  writable: boolean;
  system: boolean;
  derived: boolean;
  /** How its value is computed, where the reader may know. */
  formula?: Tree;
  hidden: boolean;
  search: boolean;
  default?: unknown;
  /** select, multi_select */
  options?: Record<string, Option>;
  /** reference, references */
  to?: string;
  multiple?: boolean;
  tree?: boolean;
  /** children */
  of?: string;
  via?: string;
  /** decimal, money, percent */
  scale?: number;
  currency?: string;
  max?: number | string;
  min?: number | string;
}

export interface Option {
  label: string;
  color?: string;
  retired: boolean;
  hidden: boolean;
}

export interface Transitions {
  field: string;
  initial: string[];
  moves: Record<string, Move>;
}

export interface Move {
  label: string;
  from: string[];
  to: string;
  approval: string | null;
}

export interface Action {
  label: string;
  icon: string | null;
  on: 'record' | 'object';
  with: Record<string, Field>;
}

export type ViewType = 'list' | 'kanban' | 'calendar' | 'tree';

export interface View {
  kind: 'view';
  name: string;
  object: string;
  type: ViewType;
  label: string;
  default: boolean;
  columns: Record<string, { label?: string }>;
  where?: string;
  sort: string[];
  group_by?: string;
  card?: { title?: string; lines: Record<string, object>; sum?: string };
  start?: string;
  end?: string;
  title?: string;
  parent?: string;
}

export interface Form {
  kind: 'form';
  name: string;
  object: string;
  label: string;
  default: boolean;
  sections: Record<string, Section>;
  fields: Record<string, FormField>;
  /** Its conditions by their text. */
  expressions: Record<string, Tree>;
  layouts: Partial<Record<'phone' | 'tablet' | 'print', Record<string, SectionLayout>>>;
}

export interface Section {
  label?: string;
  help?: string;
  columns?: number;
  visible_when?: string;
  collapsed: boolean;
  fields: Record<string, object>;
}

export interface SectionLayout {
  columns?: number;
  hidden: boolean;
  collapsed?: boolean;
}

export interface FormField {
  label?: string;
  help?: string;
  placeholder?: string;
  visible_when?: string;
  readonly_when?: string;
  required_when?: string;
  required?: boolean;
  readonly?: boolean;
  columns: Record<string, object>;
  footer: Record<string, 'sum' | 'avg' | 'min' | 'max' | 'count'>;
}

export interface App {
  kind: 'app';
  name: string;
  label: string;
  description?: string;
  icon: string | null;
  menu: Record<string, MenuEntry>;
}

export interface MenuEntry {
  label: string;
  icon: string | null;
  object?: string;
  view?: string;
  menu?: Record<string, MenuEntry>;
}

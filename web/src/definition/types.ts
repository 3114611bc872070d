/*
 * Definitions as the server describes them (`GET /definitions/{kind}/{name}`): resolved, in the reader's language,
 * without what the reader may not know.
 */
import type * as Schema from './schema.gen';

/** One definition in the list of all. */
export type Entry = Schema.DefinitionEntry;

export type ObjectDefinition = Schema.ObjectDefinition;
export type Field = Schema.Field;
export type Option = Schema.SelectOption;

export type View = Schema.ViewDefinition;
export type ViewType = View['type'];

export type Form = Schema.FormDefinition;
export type Section = Schema.Section;
export type FormField = Schema.FormField;

export type Page = Schema.PageDefinition;
export type Tab = Schema.Tab;
export type Block = Schema.Block;
export type Related = Schema.Related;

export type App = Schema.AppDefinition;
export type MenuEntry = Schema.MenuEntry;

export type Workflow = Schema.WorkflowDefinition;

export type Role = Schema.RoleDefinition;
export type Grant = Schema.Grant;
export type Scope = Schema.Scope;

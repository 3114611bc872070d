/**
 * What is left of a condition on candidates once the record that chooses is known: a filter in the expression language,
 * with values in place of what it reads of that record.
 */
import { dependencies } from './dependencies';
import { evaluate } from './evaluate';
import type { Scope } from './scope';
import { nameOf, type Tree, type Type } from './tree';
import type { WireValue } from './write';

/** Which candidates may be chosen. */
export type Restriction =
  /** Those that a filter finds; the empty one finds all. */
  | { readonly kind: 'some'; readonly filter: string }
  /** None, as long as these fields of the record are empty. */
  | { readonly kind: 'none'; readonly lacking: readonly string[] };

/** What a part says: a text, null whatever the candidate is, or something that only the server knows. */
type Part = { readonly text: string } | null | undefined;

const ARITHMETIC = ['+', '-', '*', '/', '%'];
const COMPARISONS = ['==', '!=', '<', '<=', '>', '>='];

/**
 * The candidates that a condition leaves. `row` of the scope is absent: that is the candidate. Where something is not
 * known here, more is offered than may be chosen, and the server refuses what may not.
 */
export function restriction(condition: Tree, scope: Scope): Restriction {
  const parts = conjuncts(condition).map((part) => write(part, scope));
  if (parts.some((part) => part === null || part?.text === 'false')) {
    return { kind: 'none', lacking: lacking(condition, scope) };
  }
  const texts = parts.flatMap((part) => (part ? [part.text] : []));
  return { kind: 'some', filter: texts.filter((text) => text !== 'true').join(' && ') };
}

function conjuncts(tree: Tree): readonly Tree[] {
  return tree.op === '&&' ? (tree.a ?? []).flatMap(conjuncts) : [tree];
}

/** The fields that a condition reads of the record and that are empty there. */
function lacking(condition: Tree, { records }: Scope): string[] {
  const read = dependencies(condition).paths.filter(({ root }) => root === 'record');
  const names = new Set(read.map(({ fields }) => fields[0] ?? ''));
  return [...names].filter((name) => records.record?.[name] === null);
}

function write(tree: Tree, scope: Scope): Part {
  const roots = new Set(dependencies(tree).paths.map(({ root }) => root));
  if (!roots.has('row')) {
    const found = evaluate(tree, scope);
    if (found.kind === 'value') return found.value === null ? null : literal(found.value, tree.t);
    if (roots.has('record') || found.kind === 'error') return undefined;
  }
  return (WRITERS[tree.op] ?? unwritten)(tree, scope);
}

type Writer = (tree: Tree, scope: Scope) => Part;

const unwritten: Writer = () => undefined;

/** What needs all its operands: null where one is, unknown where one is. */
const strict =
  (put: (texts: string[], tree: Tree) => string): Writer =>
  (tree, scope) => {
    const parts = (tree.a ?? []).map((part) => write(part, scope));
    if (parts.includes(null)) return null;
    const texts = parts.flatMap((part) => (part ? [part.text] : []));
    return texts.length === parts.length ? { text: put(texts, tree) } : undefined;
  };

const binary = strict((texts, tree) => `(${texts.join(` ${tree.op} `)})`);

/** Kleene's connectives take null as what it is. */
const logic: Writer = (tree, scope) => {
  const parts = (tree.a ?? []).map((part) => write(part, scope));
  if (parts.includes(undefined)) return undefined;
  return { text: `(${parts.map((part) => part?.text ?? '()').join(` ${tree.op} `)})` };
};

/** An entry that is null equals nothing. */
const among: Writer = (tree, scope) => {
  const [item, ...entries] = (tree.a ?? []).map((part) => write(part, scope));
  if (item === null) return null;
  if (item === undefined || entries.includes(undefined)) return undefined;
  const given = entries.flatMap((entry) => (entry ? [entry.text] : []));
  return { text: `(${item.text} in [${given.join(', ')}])` };
};

const path: Writer = (tree) => {
  const names = (tree.steps ?? []).map(([, field]) => field);
  if (tree.root === undefined || tree.root === 'row') return { text: names.join('.') };
  return { text: [tree.root, ...names].join('.') };
};

const call: Writer = (tree, scope) => {
  // Null is what it is asked for, or left out.
  if (['is_empty', 'min', 'max'].includes(tree.f ?? '') && (tree.a ?? []).some((part) => write(part, scope) === null)) {
    return undefined;
  }
  return strict((texts) => `${tree.f}(${texts.join(', ')})`)(tree, scope);
};

const WRITERS: Readonly<Record<string, Writer>> = {
  ...Object.fromEntries([...ARITHMETIC, ...COMPARISONS].map((op) => [op, binary])),
  '&&': logic,
  '||': logic,
  '??': logic,
  '!': strict(([text]) => `!${text}`),
  neg: strict(([text]) => `-${text}`),
  in: among,
  path,
  call,
  part: strict(([text], tree) => `${text}.${tree.name}`),
};

/** A value as it is written beside a field of its type; undefined where it cannot be. */
function literal(value: WireValue, type: Type): Part {
  if (Array.isArray(value)) {
    const entries = value.map((entry) =>
      literal(entry, typeof type === 'object' && 'list' in type ? type.list : 'text'),
    );
    const texts = entries.flatMap((entry) => (entry ? [entry.text] : []));
    return texts.length === entries.length ? { text: `[${texts.join(', ')}]` } : undefined;
  }
  if (typeof value === 'boolean') return { text: String(value) };
  const name = nameOf(type);
  if (name === 'duration') return { text: `"${value}s"` };
  if (name === 'integer' || name === 'decimal') return { text: String(value) };
  return typeof value === 'string' ? { text: JSON.stringify(value) } : undefined;
}

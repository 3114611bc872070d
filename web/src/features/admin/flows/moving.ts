import type { Migration } from '../../../api/flows';

type One = Migration['movable'][number] | Migration['stuck'][number];

/** A step of the older version that matters: somebody stands at it, or it stands in the way. */
export interface OldStep {
  node: string;
  label: string;
  /** How many flows stand at it. */
  flows: number;
  /** Whether the published version has it under its name. */
  known: boolean;
}

/** The steps that may have to be mapped, those that are gone first. */
export function oldSteps(pages: readonly Migration[], map: Record<string, string>): OldStep[] {
  const known = new Set(pages[0]?.steps.map(({ node }) => node));
  const found = new Map<string, OldStep>();
  const take = (node: string, label: string, flows: number) => {
    const one = found.get(node) ?? { node, label, flows: 0, known: known.has(node) };
    found.set(node, { ...one, flows: one.flows + flows });
  };
  for (const page of pages) {
    for (const one of [...page.stuck, ...page.movable]) for (const { node, label } of one.waiting) take(node, label, 1);
    for (const { obstacles } of page.stuck) for (const { node } of obstacles) if (node !== null) take(node, node, 0);
  }
  for (const node of Object.keys(map)) take(node, node, 0);
  return [...found.values()].toSorted((a, b) => Number(a.known) - Number(b.known) || a.node.localeCompare(b.node));
}

/** Where flows stand, and under which names in the published version: `First → Start`. What is gone stays as it is. */
export function standing(one: One, map: Record<string, string>, steps: Migration['steps']): string {
  const label = (node: string) => steps.find((step) => step.node === node)?.label;
  const parts = one.waiting.map(({ node, label: old }) => {
    const next = label(map[node] ?? node) ?? old;
    return next === old ? old : `${old} → ${next}`;
  });
  return parts.join(', ') || '—';
}

import type { Row } from '../../../api/records';
import { referred } from '../../../definition/reference';

/** A department with those below it. */
export interface Node {
  row: Row;
  below: Node[];
}

/** Departments as a tree; one whose parent is not among them stands at the top. */
export function treeOf(rows: readonly Row[]): Node[] {
  const nodes = new Map(rows.map((row) => [row.id, { row, below: [] as Node[] }]));
  const top: Node[] = [];
  for (const node of nodes.values()) {
    const parent = nodes.get(referred(node.row.parent)?.id ?? '');
    (parent?.below ?? top).push(node);
  }
  return top;
}

/** A department and all below it, by their ids. */
export function under(nodes: readonly Node[], id: string): Set<string> {
  const found = new Set<string>();
  const walk = (node: Node, inside: boolean) => {
    const within = inside || node.row.id === id;
    if (within) found.add(node.row.id);
    node.below.forEach((one) => walk(one, within));
  };
  nodes.forEach((node) => walk(node, false));
  return found;
}

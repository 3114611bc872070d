import { type ComponentType, createContext } from 'react';
import type { Referred } from '../definition/reference';

/** Makes a record that a reference is to lead to, without leaving the form it is wanted in. */
export interface CreationProps {
  object: string;
  /** The words by which it was looked for. */
  words: string;
  onMade: (made: Referred) => void;
  onClose: () => void;
}

/** How records are made inline; nothing where there is no form around. Fields know no forms, so a form gives it. */
export const Creation = createContext<ComponentType<CreationProps> | null>(null);

import { StyleInjector } from '@dnd-kit/dom';
import { DragDropProvider, useDraggable, useDroppable } from '@dnd-kit/react';
import type { ReactNode } from 'react';
import { nonce } from './nonce';

/*
 * Taking things from one place to another by mouse, finger and keyboard. The library is known here only.
 */

interface AreaProps<T> {
  children: ReactNode;
  /** Something was put down in a place. */
  onDrop: (thing: T, place: string) => void;
  /** Something was taken up, or let go. */
  onTake: (thing: T | null) => void;
}

/** Within it, things of one kind can be taken from place to place. */
export function DragArea<T extends object>({ children, onDrop, onTake }: AreaProps<T>) {
  return (
    <DragDropProvider
      plugins={(usual) => [...usual, StyleInjector.configure({ nonce })]}
      onDragStart={({ operation }) => onTake((operation.source?.data as T | undefined) ?? null)}
      onDragEnd={({ operation, canceled }) => {
        onTake(null);
        const { source, target } = operation;
        if (!canceled && source && target) onDrop(source.data as T, String(target.id));
      }}
    >
      {children}
    </DragDropProvider>
  );
}

/** What makes an element one that can be taken: a thing, by its id. */
export function useTakeable(id: string, thing: object, disabled: boolean) {
  const { ref, isDragging } = useDraggable({ id, data: thing, disabled });
  return { ref, taken: isDragging };
}

/** What makes an element a place to put something. */
export function usePlace(id: string) {
  // None is ever disabled: what is let go above such a place would fall into the next one.
  const { ref, isDropTarget } = useDroppable({ id });
  return { ref, over: isDropTarget };
}

import { useMutation, type UseMutationOptions } from '@tanstack/react-query';
import { useRef } from 'react';

/** As `useMutation`, where a second press of the same button does nothing until the first is answered. */
export function useOnce<R, V = void>(options: UseMutationOptions<R, Error, V>) {
  // What is shown follows a moment later, and two presses may be quicker.
  const running = useRef(false);
  const mutation = useMutation({
    ...options,
    onSettled: (...outcome) => {
      running.current = false;
      return options.onSettled?.(...outcome);
    },
  });
  const mutate = (variables: V) => {
    if (running.current) return;
    running.current = true;
    mutation.mutate(variables);
  };
  return { ...mutation, mutate };
}

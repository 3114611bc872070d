import { type ComponentType, lazy, Suspense } from 'react';
import type { InputProps } from './field';

/** An input that is fetched where one is first shown: it is large, and lists show values without it. */
export function fetched<P extends object = InputProps>(
  load: () => Promise<{ default: ComponentType<P> }>,
): ComponentType<P> {
  const Input = lazy(load) as unknown as ComponentType<P>;
  return function Fetched(props: P) {
    return (
      <Suspense fallback={<div style={{ height: 'var(--touch)' }} />}>
        <Input {...props} />
      </Suspense>
    );
  };
}

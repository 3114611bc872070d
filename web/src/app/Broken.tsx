import { useRouter } from '@tanstack/react-router';
import { ErrorState } from '../ui/ErrorState';

/** A page that did not come. Another try asks again for what was needed before it, too. */
export function Broken({ error, reset }: { error: unknown; reset: () => void }) {
  const router = useRouter();
  const again = () => {
    reset();
    void router.invalidate();
  };
  return <ErrorState error={error} reset={again} />;
}

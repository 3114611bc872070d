import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect } from 'react';
import { onSignedOut } from '../api/client';
import { applyAppearance, density, useDark } from '../ui/appearance';
import { Toasts } from '../ui/Toasts';
import { queries } from './queries';
import { router } from './router';

/** Everything that surrounds every page: data, look, the way around. */
export function App() {
  const dark = useDark();
  const rows = density.use();
  useEffect(applyAppearance, [dark, rows]);
  useEffect(() => onSignedOut(() => void leave()), []);
  return (
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
      <Toasts />
    </QueryClientProvider>
  );
}

/** The session has ended: what was read under it is forgotten, and one comes back to where one was. */
async function leave(): Promise<void> {
  const to = router.state.location.href;
  if (to.startsWith('/sign-in')) return;
  // First away from the page: it would ask again at once for what is forgotten, and be refused.
  await router.navigate({ to: '/sign-in', search: { to }, replace: true });
  queries.clear();
}

import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router';
import { sessionQuery } from '../api/session';
import { Problem } from '../definition/problem';
import { ErrorState } from '../ui/ErrorState';
import { Waiting } from '../ui/Skeleton';
import { readSearch } from '../features/list/search';
import { queries } from './queries';
import { Shell } from './Shell';

const root = createRootRoute({ component: Outlet, errorComponent: ErrorState });

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { to?: string } => {
    // Only a path of this site: a link must not lead elsewhere after the sign-in.
    const to = search.to;
    return typeof to === 'string' && /^\/(?![/\\])/.test(to) ? { to } : {};
  },
  component: lazyRouteComponent(() => import('../features/signin/SignInPage'), 'SignInPage'),
});

/** Everything behind the sign-in. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: Shell,
  beforeLoad: async ({ location }) => {
    try {
      await queries.ensureQueryData(sessionQuery);
    } catch (error) {
      if (error instanceof Problem && error.status === 401) {
        throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { to: location.href } });
      }
      throw error;
    }
  },
});

const home = createRoute({
  getParentRoute: () => inside,
  path: '/',
  component: lazyRouteComponent(() => import('../features/home/HomePage'), 'HomePage'),
});

const records = createRoute({
  getParentRoute: () => inside,
  path: '/records/$object',
  validateSearch: readSearch,
  component: lazyRouteComponent(() => import('../features/list/ListPage'), 'ListPage'),
});

const creation = createRoute({
  getParentRoute: () => inside,
  path: '/records/$object/new',
  component: lazyRouteComponent(() => import('../features/record/NewPage'), 'NewPage'),
});

const record = createRoute({
  getParentRoute: () => inside,
  path: '/records/$object/$id',
  component: lazyRouteComponent(() => import('../features/record/RecordPage'), 'RecordPage'),
});

const editing = createRoute({
  getParentRoute: () => inside,
  path: '/records/$object/$id/edit',
  component: lazyRouteComponent(() => import('../features/record/EditPage'), 'EditPage'),
});

const approvals = createRoute({
  getParentRoute: () => inside,
  path: '/approvals/$box',
  component: lazyRouteComponent(() => import('../features/approvals/InboxPage'), 'InboxPage'),
});

const task = createRoute({
  getParentRoute: () => approvals,
  path: '$id',
  component: lazyRouteComponent(() => import('../features/approvals/TaskPage'), 'TaskPage'),
});

const profile = createRoute({
  getParentRoute: () => inside,
  path: '/me',
  component: lazyRouteComponent(() => import('../features/profile/ProfilePage'), 'ProfilePage'),
});

export const router = createRouter({
  routeTree: root.addChildren([signIn, inside.addChildren([home, records, creation, record, editing, approvals.addChildren([task]), profile])]),
  defaultErrorComponent: ErrorState,
  defaultPendingComponent: Waiting,
  // Shorter than this a change of pages needs no sign that something happens.
  defaultPendingMs: 150,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

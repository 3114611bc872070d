import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  type RouteComponent,
} from '@tanstack/react-router';
import i18next from 'i18next';
import { definitionQuery, definitionsQuery } from '../api/definitions';
import { isOver, sessionQuery } from '../api/session';
import { Problem, Unreachable } from '../definition/problem';
import { Waiting } from '../ui/Skeleton';
import { readAccessSearch } from '../features/admin/accessSearch';
import { readAuditSearch } from '../features/admin/audit/search';
import { readBoxSearch } from '../features/approvals/search';
import { readFlowsSearch, readSpanSearch } from '../features/admin/flows/search';
import { readSearch } from '../features/list/search';
import { speakWith, withTexts } from '../texts';
import { Broken } from './Broken';
import { queries } from './queries';
import { Shell } from './Shell';

/** Which of a page's tabs is open. */
function readTab(search: Record<string, unknown>): { tab?: string } {
  return typeof search.tab === 'string' ? { tab: search.tab } : {};
}

/** Which workflow is meant. */
function readWorkflow(search: Record<string, unknown>): { workflow?: string } {
  return typeof search.workflow === 'string' ? { workflow: search.workflow } : {};
}

/** A page that is fetched when it is opened. Without a connection it is one that may still come, and not one that is gone. */
function fetched<M extends Record<string, unknown>, K extends keyof M & string>(load: () => Promise<M>, name: K) {
  const tried = () =>
    load().catch((cause: unknown) => {
      throw navigator.onLine ? cause : new Unreachable(i18next.t('connection.unsent'), { cause });
    });
  return lazyRouteComponent(tried as () => Promise<Record<K, RouteComponent>>, name);
}

const root = createRootRoute({ component: Outlet, errorComponent: Broken });

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { to?: string } => {
    return typeof search.to === 'string' ? { to: search.to } : {};
  },
  component: fetched(() => import('../features/signin/SignInPage'), 'SignInPage'),
});

/** Everything behind the sign-in. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: Shell,
  beforeLoad: async ({ location }) => {
    try {
      const { user } = isOver()
        ? await queries.fetchQuery({ ...sessionQuery, staleTime: 0 })
        : await queries.ensureQueryData(sessionQuery);
      await speakWith(user.locale);
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
  component: fetched(() => import('../features/home/HomePage'), 'HomePage'),
});

const records = createRoute({
  getParentRoute: () => inside,
  path: '/records/$object',
  validateSearch: readSearch,
  loaderDeps: ({ search }) => ({ view: search.view }),
  // On their way together with the page itself, which asks for one after the other.
  loader: ({ params, deps }) => {
    void queries.prefetchQuery(definitionsQuery());
    void queries.prefetchQuery(definitionQuery('object', params.object));
    if (deps.view !== undefined) void queries.prefetchQuery(definitionQuery('view', deps.view));
  },
  component: fetched(() => import('../features/list/ListPage'), 'ListPage'),
});

const creation = createRoute({
  getParentRoute: () => inside,
  path: '/records/$object/new',
  component: fetched(() => import('../features/record/NewPage'), 'NewPage'),
});

const importing = createRoute({
  getParentRoute: () => inside,
  path: '/records/$object/import',
  component: fetched(() => withTexts('import', import('../features/import/ImportsPage')), 'ImportsPage'),
});

const oneImport = createRoute({
  getParentRoute: () => inside,
  path: '/imports/$id',
  component: fetched(() => withTexts('import', import('../features/import/ImportPage')), 'ImportPage'),
});

const record = createRoute({
  getParentRoute: () => inside,
  path: '/records/$object/$id',
  validateSearch: readTab,
  component: fetched(() => import('../features/record/RecordPage'), 'RecordPage'),
});

const editing = createRoute({
  getParentRoute: () => inside,
  path: '/records/$object/$id/edit',
  component: fetched(() => import('../features/record/EditPage'), 'EditPage'),
});

const page = createRoute({
  getParentRoute: () => inside,
  path: '/pages/$page',
  validateSearch: readTab,
  component: fetched(() => import('../features/record/AppPage'), 'AppPage'),
});

const approvals = createRoute({
  getParentRoute: () => inside,
  path: '/approvals/$box',
  validateSearch: readBoxSearch,
  component: fetched(() => import('../features/approvals/InboxPage'), 'InboxPage'),
});

const task = createRoute({
  getParentRoute: () => approvals,
  path: '$id',
  component: fetched(() => import('../features/approvals/TaskPage'), 'TaskPage'),
});

const profile = createRoute({
  getParentRoute: () => inside,
  path: '/me',
  component: fetched(() => import('../features/profile/ProfilePage'), 'ProfilePage'),
});

const admin = createRoute({
  getParentRoute: () => inside,
  path: '/admin',
  component: fetched(() => withTexts('admin', import('../features/admin/AdminLayout')), 'AdminLayout'),
});

const users = createRoute({
  getParentRoute: () => admin,
  path: 'users',
  validateSearch: ({ former }: Record<string, unknown>): { former?: boolean } => (former === true ? { former } : {}),
  component: fetched(() => import('../features/admin/users/UsersPage'), 'UsersPage'),
});

const user = createRoute({
  getParentRoute: () => admin,
  path: 'users/$id',
  component: fetched(() => import('../features/admin/users/UserPage'), 'UserPage'),
});

const departments = createRoute({
  getParentRoute: () => admin,
  path: 'departments',
  component: fetched(() => import('../features/admin/departments/DepartmentsPage'), 'DepartmentsPage'),
});

const roles = createRoute({
  getParentRoute: () => admin,
  path: 'roles',
  component: fetched(() => import('../features/admin/roles/RolesPage'), 'RolesPage'),
});

const role = createRoute({
  getParentRoute: () => admin,
  path: 'roles/$name',
  component: fetched(() => import('../features/admin/roles/RolePage'), 'RolePage'),
});

const access = createRoute({
  getParentRoute: () => admin,
  path: 'access',
  validateSearch: readAccessSearch,
  component: fetched(() => import('../features/admin/AccessPage'), 'AccessPage'),
});

const audit = createRoute({
  getParentRoute: () => admin,
  path: 'audit',
  validateSearch: readAuditSearch,
  component: fetched(() => import('../features/admin/audit/AuditPage'), 'AuditPage'),
});

const jobs = createRoute({
  getParentRoute: () => admin,
  path: 'jobs',
  component: fetched(() => import('../features/admin/jobs/JobsPage'), 'JobsPage'),
});

const effects = createRoute({
  getParentRoute: () => admin,
  path: 'effects',
  validateSearch: ({ state }: Record<string, unknown>): { state?: string } =>
    typeof state === 'string' ? { state } : {},
  component: fetched(() => import('../features/admin/jobs/EffectsPage'), 'EffectsPage'),
});

const flows = createRoute({
  getParentRoute: () => admin,
  path: 'flows',
  validateSearch: readFlowsSearch,
  component: fetched(() => import('../features/admin/flows/FlowsPage'), 'FlowsPage'),
});

const incidents = createRoute({
  getParentRoute: () => admin,
  path: 'flows/incidents',
  validateSearch: readWorkflow,
  component: fetched(() => import('../features/admin/flows/IncidentsPage'), 'IncidentsPage'),
});

const stuck = createRoute({
  getParentRoute: () => admin,
  path: 'flows/stuck',
  validateSearch: readWorkflow,
  component: fetched(() => import('../features/admin/flows/StuckPage'), 'StuckPage'),
});

const bottlenecks = createRoute({
  getParentRoute: () => admin,
  path: 'flows/bottlenecks',
  validateSearch: readSpanSearch,
  component: fetched(() => import('../features/admin/flows/BottlenecksPage'), 'BottlenecksPage'),
});

const migration = createRoute({
  getParentRoute: () => admin,
  path: 'flows/migrate',
  validateSearch: ({ workflow, instance }: Record<string, unknown>): { workflow?: string; instance?: string } => ({
    ...readWorkflow({ workflow }),
    ...(typeof instance === 'string' ? { instance } : {}),
  }),
  component: fetched(() => import('../features/admin/flows/MigratePage'), 'MigratePage'),
});

const flow = createRoute({
  getParentRoute: () => admin,
  path: 'flows/$id',
  component: fetched(() => import('../features/admin/flows/FlowPage'), 'FlowPage'),
});

const webhooks = createRoute({
  getParentRoute: () => admin,
  path: 'connections',
  component: fetched(() => import('../features/admin/connections/WebhooksPage'), 'WebhooksPage'),
});

const connectors = createRoute({
  getParentRoute: () => admin,
  path: 'connections/connectors',
  component: fetched(() => import('../features/admin/connections/ConnectorsPage'), 'ConnectorsPage'),
});

const connector = createRoute({
  getParentRoute: () => admin,
  path: 'connections/$name',
  component: fetched(() => import('../features/admin/connections/ConnectorPage'), 'ConnectorPage'),
});

const packs = createRoute({
  getParentRoute: () => admin,
  path: 'packs',
  component: fetched(() => import('../features/admin/packs/PacksPage'), 'PacksPage'),
});

const settings = createRoute({
  getParentRoute: () => admin,
  path: 'settings',
  component: fetched(() => import('../features/admin/SettingsPage'), 'SettingsPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    inside.addChildren([
      home,
      records,
      creation,
      importing,
      oneImport,
      record,
      editing,
      page,
      approvals.addChildren([task]),
      profile,
      admin.addChildren([
        users,
        user,
        departments,
        roles,
        role,
        access,
        audit,
        flows,
        incidents,
        stuck,
        bottlenecks,
        migration,
        flow,
        webhooks,
        connectors,
        connector,
        jobs,
        effects,
        packs,
        settings,
      ]),
    ]),
  ]),
  defaultErrorComponent: Broken,
  defaultPendingComponent: Waiting,
  // Shorter than this a change of pages needs no sign that something happens.
  defaultPendingMs: 150,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

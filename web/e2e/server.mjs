// A real server on an empty database in a temporary folder, with the packs that the tests name.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pages } from './pages.mjs';

const root = new URL('../..', import.meta.url).pathname;
const binary = process.env.LIFELOOM ?? join(root, 'target/debug/lifeloom');
export const PASSWORD = 'bright-Harbour-2026';

/** How long a server may take to be ready: on a busy machine it makes its tables slowly. */
const PATIENCE = 120_000;

async function freePort() {
  const server = createServer();
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

/**
 * Starts a server; `stop` ends it and removes its data. With `LIFELOOM_PAGES` set its pages are those of `dist`. With
 * `demo` the packs' own records are there; with `tour` people who are made here are shown around at their first sign-in.
 */
export async function serve(packs, { demo = false, tour = false } = {}) {
  const data = await mkdtemp(join(tmpdir(), 'lifeloom-pages-'));
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const names = packs.map((pack) => resolve(root, pack)).join(',');
  const options = ['serve', '--data', data, '--listen', `127.0.0.1:${port}`, '--packs', names];
  if (demo) options.push('--demo');
  const env = { ...process.env, LIFELOOM_ADMIN_PASSWORD: PASSWORD };
  const child = spawn(binary, options, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => (said = (said + text).slice(-4000)));
  const end = async () => {
    const ended = new Promise((done) => child.once('exit', done));
    if (child.exitCode === null && child.kill()) await ended;
    await rm(data, { recursive: true, force: true });
  };
  const begin = Date.now();
  for (;;) {
    const answer = await fetch(`${address}/readyz`).catch(() => undefined);
    if (answer?.ok) break;
    if (child.exitCode !== null || Date.now() - begin > PATIENCE) {
      await end();
      throw new Error(`the server did not start: ${said}`);
    }
    await new Promise((next) => setTimeout(next, 100));
  }
  const front = process.env.LIFELOOM_PAGES === undefined ? undefined : await pages(address);
  const stop = async () => {
    await front?.close();
    await end();
  };
  const credentials = { login: 'admin', password: PASSWORD };
  return { address: front?.address ?? address, api: await connect(address, credentials, tour), tour, stop };
}

/** Signs in to the API. Who is not to be shown around has seen the tour before. */
async function connect(address, credentials, tour) {
  const ask = async (token, method, path, body) => {
    const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
    const answer = await fetch(`${address}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const { token, user } = await ask(undefined, 'POST', '/session', credentials);
  if (!tour) await ask(token, 'PUT', `/records/base.preference/by/mine/${user.id}/tour`, { value: true });
  return (method, path, body) => ask(token, method, path, body);
}

/** The password of everybody whom tests make. */
export const THEIRS = 'green-River-2026';

/** Makes a person with a role, who can sign in. */
export async function person(server, login, name, role) {
  const user = await server.api('POST', '/records/base.user', { login, name });
  await server.api('POST', '/records/base.role_assignment', { user: user.id, role });
  await admit(server, user);
}

/** Lets somebody sign in who is there already. */
export async function admit(server, { id, login }) {
  // Whoever gives a password does not keep it: the first sign-in chooses another.
  const password = 'for-the-first-Time-1';
  await server.api('POST', `/users/${id}/password`, { password });
  await connect(server.address, { login, password, new_password: THEIRS }, server.tour);
}

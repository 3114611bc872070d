// A real server on an empty database in a temporary folder, with the packs that the tests name.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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

/** Starts a server; `stop` ends it and removes its data. */
export async function serve(packs) {
  const data = await mkdtemp(join(tmpdir(), 'lifeloom-pages-'));
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const names = packs.map((pack) => join(root, pack)).join(',');
  const options = ['serve', '--data', data, '--listen', `127.0.0.1:${port}`, '--packs', names];
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
  return { address, api: await connect(address), stop: end };
}

/** Asks the API as the administrator. */
async function connect(address) {
  const ask = async (token, method, path, body) => {
    const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
    const answer = await fetch(`${address}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const { token } = await ask(undefined, 'POST', '/session', { login: 'admin', password: PASSWORD });
  return (method, path, body) => ask(token, method, path, body);
}

/** The password of everybody whom tests make. */
export const THEIRS = 'green-River-2026';

/** Makes a person with a role, who can sign in. */
export async function person(server, login, name, role) {
  const user = await server.api('POST', '/records/base.user', { login, name });
  await server.api('POST', '/records/base.role_assignment', { user: user.id, role });
  // Whoever gives a password does not keep it: the first sign-in chooses another.
  const password = 'for-the-first-Time-1';
  await server.api('POST', `/users/${user.id}/password`, { password });
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ login, password, new_password: THEIRS });
  const answer = await fetch(`${server.address}/api/v1/session`, { method: 'POST', headers, body });
  if (!answer.ok) throw new Error(`${login}: ${answer.status} ${await answer.text()}`);
}

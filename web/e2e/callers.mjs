// What asks the server in the names of people, beside what they do in pages.
import { THEIRS, admit } from './server.mjs';

/** Lets these people sign in, or everybody but the administrator; answers their ids, and what asks in their names. */
export async function callers(server, logins) {
  const [ids, asks] = [{}, {}];
  for (const { id, login } of (await server.api('GET', '/records/base.user?fields=id,login&limit=200')).records) {
    ids[login] = id;
    if (logins ? !logins.includes(login) : login === 'admin') continue;
    await admit(server, { id, login });
    asks[login] = await caller(server, login);
  }
  return { ids, asks };
}

/** What people do about requests of `examples/flows` without a page: Ann's are sent through flows, tasks are found and decided. */
export function requests(asks) {
  const running = async (workflow, subject, more = {}) => {
    const { id } = await asks.ann('POST', '/records/flows.request', { subject, ...more });
    return (await asks.ann('POST', `/workflows/flows.${workflow}/instances`, { record: id })).id;
  };
  const task = async (login, instance) => {
    const { tasks } = await asks[login]('GET', '/tasks?box=todo&limit=200');
    return tasks.find((one) => one.instance === instance);
  };
  const act = async (login, instance, how, body = {}) => {
    const { id } = await task(login, instance);
    await asks[login]('POST', `/tasks/${id}/${how}`, body);
  };
  return { running, task, act };
}

async function caller(server, login) {
  const ask = async (method, path, body, token) => {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    const answer = await fetch(`${server.address}/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${login}: ${method} ${path}: ${await answer.text()}`);
    return answer.json();
  };
  const { token } = await ask('POST', '/session', { login, password: THEIRS });
  return (method, path, body) => ask(method, path, body, token);
}

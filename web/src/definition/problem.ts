import type * as Schema from './schema.gen';

/** What the server says when it refuses, as it arrives. What stands between here and the server says less. */
export type ProblemBody = Pick<Schema.Problem, 'title' | 'status' | 'code'> & Partial<Schema.Problem>;

/** A refusal of the server. Its words are in the reader's language already. */
export class Problem extends Error {
  constructor(readonly body: ProblemBody) {
    super(body.detail ?? body.title);
  }

  get status(): number {
    return this.body.status;
  }

  get code(): string {
    return this.body.code;
  }

  /** What is wrong by place; findings without a place are under `''`. */
  get findings(): Map<string, string[]> {
    const found = new Map<string, string[]>();
    for (const { path, message } of this.body.errors ?? []) {
      found.set(path, [...(found.get(path) ?? []), message]);
    }
    return found;
  }
}

/** Whether something was refused because what was seen is no longer so. */
export function isStale(error: unknown): boolean {
  return error instanceof Problem && error.code === 'stale_version';
}

/** No answer came: no network, or a server that is not there. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/** What is wrong with something that was asked for. Where it is there already, it stays unless the server refuses it now. */
export function failureOf({ error, data }: { error: Error | null; data?: unknown }): Error | null {
  const refused = error instanceof Problem && error.status < 500;
  return data === undefined || refused ? error : null;
}

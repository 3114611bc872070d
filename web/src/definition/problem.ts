/** What the server says when it refuses, as it arrives (RFC 9457). */
export interface ProblemBody {
  title: string;
  status: number;
  code: string;
  detail?: string;
  hint?: string;
  errors?: Finding[];
  trace_id?: string;
}

/** One thing that is wrong, and where in the body that was sent: `lines[2].price`. */
export interface Finding {
  path?: string;
  code: string;
  message: string;
}

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
    for (const { path = '', message } of this.body.errors ?? []) {
      found.set(path, [...(found.get(path) ?? []), message]);
    }
    return found;
  }
}

/** No answer came: no network, or a server that is not there. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

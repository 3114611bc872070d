import type { Connector } from '../../../api/connections';

type Parameter = NonNullable<Connector['operations']>[number]['parameters'][number];

/** What somebody typed, as the values that an operation takes; what was left empty is not sent. */
export function parametersOf(parameters: readonly Parameter[], typed: Record<string, string>): Record<string, unknown> {
  const said = parameters.flatMap(({ name, type }) => {
    const text = typed[name]?.trim() ?? '';
    return text === '' ? [] : [[name, valueOf(text, type)] as const];
  });
  return Object.fromEntries(said);
}

function valueOf(text: string, type: string): unknown {
  if (type === 'integer' && /^-?\d+$/.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  if (type === 'json' || type === 'list') {
    try {
      return JSON.parse(text);
    } catch {
      // The server says what is wrong with it.
      return text;
    }
  }
  return text;
}

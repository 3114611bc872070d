import type { ImportPlan, WholeImport } from '../../api/imports';

const key = (id: string) => `lifeloom.import.${id}`;

/** The plan of an import as somebody left it: changed and not sent yet, sent, or as the server guesses. */
export function startPlan(one: WholeImport, canUpdate: boolean): ImportPlan {
  const kept = read(one.id);
  if (kept !== undefined) return kept;
  const guessed = Object.fromEntries(one.columns.map(({ name, field }) => [name, field]));
  const plan = one.plan ?? { mode: canUpdate ? 'upsert' : 'create', columns: {}, values: {}, key: null };
  return { ...plan, columns: { ...guessed, ...plan.columns } };
}

/** Keeps what is not sent yet: who leaves the page finds it again. */
export function keepPlan(id: string, plan: ImportPlan): void {
  try {
    sessionStorage.setItem(key(id), JSON.stringify(plan));
  } catch {
    // A browser that keeps nothing: the plan holds as long as the page.
  }
}

export function forgetPlan(id: string): void {
  try {
    sessionStorage.removeItem(key(id));
  } catch {
    // As above.
  }
}

function read(id: string): ImportPlan | undefined {
  try {
    const text = sessionStorage.getItem(key(id));
    return text === null ? undefined : (JSON.parse(text) as ImportPlan);
  } catch {
    return undefined;
  }
}

/** Columns that fill what another one fills already, by their names. */
export function twice(plan: ImportPlan): Set<string> {
  const filled = new Map<string, string[]>();
  for (const [column, field] of Object.entries(plan.columns)) {
    if (field !== null) filled.set(field, [...(filled.get(field) ?? []), column]);
  }
  return new Set([...filled.values()].filter((columns) => columns.length > 1).flat());
}

/** Another field for a column, or none; what its words stood for was said of the one before. */
export function withField(plan: ImportPlan, column: string, field: string | null): ImportPlan {
  const { [column]: _before, ...values } = plan.values;
  return { ...plan, columns: { ...plan.columns, [column]: field }, values };
}

/** Another meaning of a word in a column; nothing takes the word as it is. */
export function withValue(plan: ImportPlan, column: string, word: string, means: string | undefined): ImportPlan {
  const values = { ...plan.values[column] };
  if (means === undefined) delete values[word];
  else values[word] = means;
  return { ...plan, values: { ...plan.values, [column]: values } };
}

/** The plan as it is sent: words of columns that fill nothing are left out. */
export function sent(plan: ImportPlan): ImportPlan {
  const kept = Object.entries(plan.values).filter(
    ([column, words]) => plan.columns[column] != null && Object.keys(words).length > 0,
  );
  return { ...plan, values: Object.fromEntries(kept) };
}

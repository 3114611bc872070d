/** Whose rights on what are looked at; it stands in the address. */
export interface AccessSearch {
  /** Who, by id, and what that person is called. */
  user?: string | undefined;
  name?: string | undefined;
  object?: string | undefined;
}

export function readAccessSearch({ user, name, object }: Record<string, unknown>): AccessSearch {
  return {
    ...(typeof user === 'string' ? { user } : {}),
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof object === 'string' ? { object } : {}),
  };
}

/** Forgets what this browser keeps under keys that begin so. */
export function forgetKept(beginning: string): void {
  try {
    const keys = Array.from({ length: localStorage.length }, (_, at) => localStorage.key(at) ?? '');
    keys.filter((key) => key.startsWith(beginning)).forEach((key) => localStorage.removeItem(key));
  } catch {
    // Where nothing is kept, nothing is to be forgotten.
  }
}

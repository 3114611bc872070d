const BROWSERS = [
  ['Edg/', 'Edge'],
  ['Firefox/', 'Firefox'],
  ['MicroMessenger/', 'WeChat'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
] as const;
const SYSTEMS = [
  ['Android', 'Android'],
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Windows', 'Windows'],
  ['Mac OS X', 'macOS'],
  ['Linux', 'Linux'],
] as const;

/** What a browser calls itself, in two words: `Chrome · Windows`. */
export function programOf(agent: string | null): string | null {
  if (agent === null) return null;
  const of = (list: readonly (readonly [string, string])[]) => list.find(([sign]) => agent.includes(sign))?.[1];
  const words = [of(BROWSERS), of(SYSTEMS)].filter((word) => word !== undefined);
  return words.length > 0 ? words.join(' · ') : agent.slice(0, 40);
}

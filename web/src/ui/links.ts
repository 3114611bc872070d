/** Whether an address may be led to: the web, mail, telephones and this site; anything else could run in this page. */
export function isSafeLink(address: string): boolean {
  // What a browser leaves out of an address before it reads the scheme.
  const read = [...address].filter((sign) => sign > ' ').join('');
  return /^(https?:\/\/|mailto:|tel:|\/(?![/\\])|#)/i.test(read);
}

/** A path of this site as the browser reads it; nothing for an address that leads elsewhere, however it is written. */
export function ownPath(address: string): string | undefined {
  if (!address.startsWith('/') || !URL.canParse(address, location.origin)) return undefined;
  const { origin, pathname, search, hash } = new URL(address, location.origin);
  return origin === location.origin && !pathname.startsWith('//') ? pathname + search + hash : undefined;
}

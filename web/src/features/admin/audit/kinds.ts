/** What the audit trail tells of, as far as there is a word for it; packs add nothing to it. */
export const KINDS: readonly string[] = [
  'record.create',
  'record.update',
  'record.delete',
  'record.restore',
  'record.purge',
  'record.unmasked',
  'records.exported',
  'session.opened',
  'session.refused',
  'session.revoked',
  'account.password_changed',
  'account.password_given',
  'account.password_reset',
  'account.password_set',
  'account.recovery_codes_made',
  'account.reset_asked',
  'account.second_factor_set',
  'account.second_factor_removed',
  'account.token_made',
  'account.handed_over',
  'audit.pruned',
  'catalog.published',
  'catalog.purged',
  'effect.settled',
  'key.changed',
];

/** The key of the word for a kind; nothing where there is none. */
export function wordOf(kind: string): string | undefined {
  return KINDS.includes(kind) ? `admin.audit.kinds.${kind.replace('.', '_')}` : undefined;
}

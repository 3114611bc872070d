import { expect, it } from 'vitest';
import { readAuditSearch } from './search';

it('takes from an address what can be asked for', () => {
  const check = (search: Record<string, unknown>, expected: object) =>
    expect(readAuditSearch(search)).toEqual(expected);
  check({ kind: 'key.changed', other: 'x', object: 7, record: '' }, { kind: 'key.changed' });
  check({ from: '2026-03-02', until: '2026-03-31' }, { from: '2026-03-02', until: '2026-03-31' });
  check({ from: '20266-03-02', until: '2026-13-01' }, {});
  check({ from: 'yesterday' }, {});
});

import { expect, it } from 'vitest';
import { nameOf } from './files';

it('knows the name that the head of a pack says', () => {
  const check = (head: string, expected: string | undefined) => expect(nameOf(head)).toBe(expected);
  check('kind: pack\nname: crm\nversion: 1.0.0\n', 'crm');
  check('{"kind": "pack",\n "name": "crm"}', 'crm');
  check("name: 'my_pack'", 'my_pack');
  check('label: {en: Name}', undefined);
});

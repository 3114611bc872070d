import { expect, test } from 'vitest';
import type { Json } from '../definition/json';
import { figure } from './footer';

test.each<[Parameters<typeof figure>[0], Json[], Json]>([
  ['sum', ['1.10', '2.2', null], '3.30'],
  ['sum', ['0.1', '0.2'], '0.3'],
  ['sum', ['99999999999999.99', '0.01'], '100000000000000.00'],
  ['sum', ['-1.5', '1'], '-0.5'],
  ['sum', [], '0'],
  ['sum', [null], '0'],
  ['avg', ['1', '2'], '2'],
  ['avg', ['-1', '-2'], '-2'],
  ['avg', ['1.00', '2.00'], '1.50'],
  ['avg', [], null],
  ['min', ['3', '-2.50', '1'], '-2.50'],
  ['max', ['3', '-2.50', '1'], '3.00'],
  ['max', [null], null],
  ['count', ['a', null, 'b'], 2],
  ['sum', [1, 2], '3'],
])('%s of %j', (which, values, expected) => expect(figure(which, values)).toEqual(expected));

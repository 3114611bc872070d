import { expect, test } from 'vitest';
import { Problem } from '../../definition/problem';
import { refusalOf } from './refusal';

const refused = (...errors: [path: string, message: string][]) =>
  new Problem({
    title: 'refused',
    status: 422,
    code: 'invalid_value',
    errors: errors.map(([path, message]) => ({ path, code: 'invalid_value', message })),
  });

test.each([
  [null, {}],
  [new Error('no network'), { whole: 'no network' }],
  [refused(), { whole: 'refused' }],
  [refused(['comment', 'say why']), { comment: 'say why' }],
  [refused(['to', 'who?']), { person: 'who?' }],
  [refused(['picks.legal', 'who?']), { picks: 'who?' }],
  [refused(['people.1', 'who?'], ['place', 'where?']), { person: 'who?', whole: 'where?' }],
])('%s is said as %j', (error, expected) => expect(refusalOf(error)).toEqual(expected));

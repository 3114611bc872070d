import { expect, test } from 'vitest';
import { type Situation, stopsFor } from './stops';

/** Somebody for whom everything is there, at a desk. */
const everybody: Situation = {
  phone: false,
  app: 'Sales',
  apps: 2,
  list: { label: 'Leads', count: 24, example: 'Bolt Works' },
  creates: true,
  decides: true,
};

function check(person: Partial<Situation>, expected: string): void {
  const told = stopsFor({ ...everybody, ...person }).map(({ at, texts }) => {
    return `${at}: ${texts.map(({ key }) => key.replace('tour.', '')).join(' ')}`;
  });
  expect(told.join('; ')).toBe(expected);
}

const MENU = 'menu: menuApp menuApps menuStar';
const SEARCH = 'search: searchDesk searchTry';
const LIST = 'list: listSome listHow';
const CREATE = 'create: createHow createKey';
const NEWS = 'news: newsHow newsDecide';
const ACCOUNT = 'account: accountHow again';

test('a tour stops at what is there for somebody', () => {
  check({}, [MENU, SEARCH, LIST, CREATE, NEWS, ACCOUNT].join('; '));
  check({ apps: 1 }, ['menu: menuApp menuStar', SEARCH, LIST, CREATE, NEWS, ACCOUNT].join('; '));
  check({ creates: false }, [MENU, SEARCH, LIST, NEWS, ACCOUNT].join('; '));
  check({ decides: false }, [MENU, SEARCH, LIST, CREATE, 'news: newsHow', ACCOUNT].join('; '));
  check({ phone: true }, [MENU, 'search: searchPhone searchTry', LIST, 'create: createHow', NEWS, ACCOUNT].join('; '));
});

test('a tour speaks of what there is to see', () => {
  const empty = { label: 'Leads', count: 0, example: undefined };
  check({ list: empty }, [MENU, 'search: searchDesk', 'list: listNone listHow', CREATE, NEWS, ACCOUNT].join('; '));
  check(
    { app: undefined, apps: 0, list: undefined, creates: false, decides: false },
    ['search: searchDesk', 'news: newsHow', ACCOUNT].join('; '),
  );
  const list = stopsFor(everybody).find(({ at }) => at === 'list');
  expect([list?.title.values, list?.texts[0]?.values]).toEqual([{ label: 'Leads' }, { label: 'Leads', count: 24 }]);
});

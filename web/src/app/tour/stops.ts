/** What is known of a person, and of what there is to see. */
export interface Situation {
  phone: boolean;
  /** The app somebody works in, by its label; nothing where there is none. */
  app: string | undefined;
  /** How many apps there are for this person. */
  apps: number;
  /** The list that the start page leads to. */
  list: Listed | undefined;
  /** Something may be created. */
  creates: boolean;
  /** There are flows in which people decide. */
  decides: boolean;
}

/** What stands in a list. */
export interface Listed {
  /** What its records are called. */
  label: string;
  count: number;
  /** A name that a search finds. */
  example: string | undefined;
}

/** Words with what stands in them. */
export interface Words {
  key: string;
  values?: Record<string, string | number>;
}

/** A place where the tour stops: `data-tour` of the elements it is about, and what it says. */
export interface Stop {
  at: string;
  /** On a phone it stands in the menu, which is opened. */
  inMenu?: true;
  title: Words;
  texts: Words[];
}

/** The stops for somebody. What is not there for this person is not spoken of. */
export function stopsFor(person: Situation): Stop[] {
  return [menu(person), search(person), list(person), create(person), news(person), account()].flatMap(
    (stop) => stop ?? [],
  );
}

function menu({ app, apps }: Situation): Stop | undefined {
  if (app === undefined) return undefined;
  const texts = [{ key: 'tour.menuApp', values: { app } }, { key: 'tour.menuStar' }];
  if (apps > 1) texts.splice(1, 0, { key: 'tour.menuApps' });
  return { at: 'menu', inMenu: true, title: { key: 'tour.menu' }, texts };
}

function search({ phone, list }: Situation): Stop {
  const texts: Words[] = [{ key: phone ? 'tour.searchPhone' : 'tour.searchDesk' }];
  if (list?.example !== undefined) texts.push({ key: 'tour.searchTry', values: { example: list.example } });
  return { at: 'search', title: { key: 'tour.search' }, texts };
}

function list({ list: listed }: Situation): Stop | undefined {
  if (listed === undefined) return undefined;
  const { label, count } = listed;
  const what = count > 0 ? { key: 'tour.listSome', values: { label, count } } : { key: 'tour.listNone' };
  return {
    at: 'list',
    title: { key: 'tour.list', values: { label } },
    texts: [what, { key: 'tour.listHow' }],
  };
}

function create({ phone, creates }: Situation): Stop | undefined {
  if (!creates) return undefined;
  const texts = [{ key: 'tour.createHow' }, ...(phone ? [] : [{ key: 'tour.createKey' }])];
  return { at: 'create', title: { key: 'tour.create' }, texts };
}

function news({ decides }: Situation): Stop {
  const texts = [{ key: 'tour.newsHow' }, ...(decides ? [{ key: 'tour.newsDecide' }] : [])];
  return { at: 'news', title: { key: 'tour.news' }, texts };
}

function account(): Stop {
  return { at: 'account', title: { key: 'tour.account' }, texts: [{ key: 'tour.accountHow' }, { key: 'tour.again' }] };
}

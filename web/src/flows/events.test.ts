import { expect, test } from 'vitest';
import answers from '../../../crates/server/src/openapi/answers/approvals.json';
import en from '../texts/common/en.json';
import zhCN from '../texts/common/zh-CN.json';
import zhTW from '../texts/common/zh-TW.json';

/** What the log of a flow says happened, as the server describes it. */
const KINDS = [...answers.components.schemas.LogKind.enum].sort();

test('there are kinds', () => expect(KINDS).toContain('started'));

test.each(Object.entries({ en, 'zh-CN': zhCN, 'zh-TW': zhTW }))(
  'each kind of the log has a text in %s, and no other',
  (_, texts) => {
    expect(Object.keys(texts.approvals.events).sort()).toEqual(KINDS);
  },
);

import { expect, test } from 'vitest';
import type { Parts } from './address';
import { type Division, divisionsOf, type Known, knownCountry, partsOf, wayOf } from './divisions';

test.each<[string | null, string, Known | undefined]>([
  [null, 'zh-CN', 'mainland'],
  [null, 'zh-TW', 'taiwan'],
  [null, 'en', undefined],
  ['中国', 'en', 'mainland'],
  ['china ', 'en', 'mainland'],
  ['臺灣', 'zh-CN', 'taiwan'],
  ['Deutschland', 'zh-CN', undefined],
])('%s in %s', (country, language, expected) => expect(knownCountry(country, language)).toBe(expected));

const find = (list: Division[] | undefined, name: string) => list?.find((one) => one.value === name);

test.each<[Known, string[], Parts]>([
  ['mainland', ['江苏省', '苏州市', '昆山市'], { province: '江苏省', city: '苏州市', district: '昆山市' }],
  ['mainland', ['北京市', '北京市', '朝阳区'], { province: '北京市', city: null, district: '朝阳区' }],
  ['mainland', ['浙江省', '杭州市'], { province: '浙江省', city: '杭州市', district: null }],
  ['taiwan', ['臺北市', '大安區'], { province: null, city: '臺北市', district: '大安區' }],
])('%s: %j is there, and there and back again', async (country, way, parts) => {
  let at: Division[] | undefined = await divisionsOf(country);
  for (const step of way) {
    const found = find(at, step);
    expect(found, step).toBeDefined();
    at = found?.children;
  }
  expect(partsOf(country, way)).toEqual(parts);
  expect(wayOf(country, parts)).toEqual(way);
});

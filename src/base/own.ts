/**
 * What stands under `key` in a record, and never what every object has beside its entries: `constructor`, `toString`,
 * `__proto__`. A record that is indexed by a word is indexed here; a test holds that.
 */
export const own = <T>(things: Readonly<Record<string, T>> | undefined, key: string): T | undefined =>
  things !== undefined && Object.hasOwn(things, key) ? things[key] : undefined;

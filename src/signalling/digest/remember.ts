/** Entries that strangers have a hand in. */
export const mostRemembered = 10_000;

/** Anew, as the youngest: insertion order is the order of age, and the oldest is forgotten where there are too many. */
export const remember = <T>(map: Map<string, T>, key: string, value: T): void => {
  map.delete(key);
  if (map.size >= mostRemembered) {
    const [oldest] = map.keys();
    if (oldest !== undefined) map.delete(oldest);
  }
  map.set(key, value);
};

import { closest } from '../../base/yaml/closest.ts';

/** "did you mean …?", or undefined where nothing is near. */
export type Suggest = (word: string, names: ReadonlySet<string> | readonly string[]) => string | undefined;

/** Names that are compared for one dialplan, in all: some microseconds each. */
const budget = 100_000;
const longest = 64;

/** Goes on suggesting as long as the budget lasts: a dialplan of nothing but mistakes does not take a minute. */
export function createSuggest(): Suggest {
  let left = budget;
  return (word, names) => {
    const candidates = [...names].filter(name => name.length <= longest);
    left -= candidates.length;
    const near = left < 0 || word.length > longest ? undefined : closest(word, candidates);
    return near === undefined ? undefined : `did you mean ${near}?`;
  };
}

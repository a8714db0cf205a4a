import { type CST, Parser } from 'yaml';

/** What the parser makes of a text, in the order of the file, however broken it is. */
export function* tokensOf(text: string): Generator<CST.Token> {
  const waiting: (CST.Token | null | undefined)[] = [...new Parser().parse(text)].reverse();
  while (waiting.length > 0) {
    const token = waiting.pop();
    if (token === null || token === undefined) continue;
    yield token;
    if (token.type === 'document') waiting.push(token.value);
    if (!('items' in token)) continue;
    for (const item of token.items.toReversed()) waiting.push(item.value, item.key);
  }
}

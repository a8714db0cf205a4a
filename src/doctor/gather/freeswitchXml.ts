/**
 * FreeSWITCH prints the configuration that it has loaded as XML that it wrote itself: regular enough to be looked at
 * without a parser. What is not found is undefined, and judged as such.
 */

/** `<param name="…" value="…"/>`, by name; of two with one name the later one counts, as it does for FreeSWITCH. */
export function paramsOf(xml: string): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [, attributes = ''] of xml.matchAll(/<param\s([^>]*?)\/?>/g)) {
    const name = attribute(attributes, 'name');
    if (name !== undefined) params[name] = attribute(attributes, 'value') ?? '';
  }
  return params;
}

/** What stands between `<element name="…">` and its end; `element` does not nest. */
export function elementNamed(xml: string, element: string, name: string): string | undefined {
  for (const [, attributes = '', content = ''] of xml.matchAll(
    new RegExp(`<${element}\\s([^>]*?)>([\\s\\S]*?)</${element}>`, 'g'),
  )) {
    if (attribute(attributes, 'name') === name) return content;
  }
  return undefined;
}

/** The `name` of each of these elements. */
export const namesOf = (xml: string, element: string): string[] =>
  [...xml.matchAll(new RegExp(`<${element}\\s([^>]*?)/?>`, 'g'))].flatMap(([, attributes = '']) => {
    const name = attribute(attributes, 'name');
    return name === undefined ? [] : [name];
  });

export const countOf = (xml: string, element: string): number =>
  [...xml.matchAll(new RegExp(`<${element}[\\s/>]`, 'g'))].length;

function attribute(attributes: string, name: string): string | undefined {
  const value = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(attributes);
  return value === null ? undefined : decode(value[1] ?? value[2] ?? '');
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

const decode = (text: string): string => text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name) => entities[name] ?? '');

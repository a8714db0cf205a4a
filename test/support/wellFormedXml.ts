/** What is wrong with an XML text, or undefined: tags that do not match, attributes twice, `--` within a comment. */
export function xmlFault(text: string): string | undefined {
  const open: string[] = [];
  let roots = 0;
  let rest = text.replace(/^<\?xml [^?]*\?>\s*/, '');
  while (rest !== '') {
    const comment = /^<!--([\s\S]*?)-->/.exec(rest);
    const tag = /^<(\/?)([A-Za-z][\w.-]*)((?:\s+[\w:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/.exec(rest);
    const plain = /^[^<]+/.exec(rest);
    const found = comment ?? tag ?? plain;
    if (found === null) return `at ${JSON.stringify(rest.slice(0, 40))}`;
    rest = rest.slice(found[0].length);
    if (comment !== null) {
      if (/--|-$/.test(comment[1] ?? '')) return `a comment with -- in it: ${comment[1]?.trim().slice(0, 40)}`;
    } else if (tag !== null) {
      const [, closing, name = '', attributes = '', single] = tag;
      const names = [...attributes.matchAll(/([\w:-]+)\s*=/g)].map(match => match[1]);
      if (new Set(names).size < names.length) return `an attribute twice in <${name}${attributes}>`;
      if (/&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)/.test(attributes))
        return `a bare & in <${name}${attributes}>`;
      if (closing === '/') {
        const expected = open.pop();
        if (expected !== name) return `</${name}>, where </${expected}> was to come`;
      } else {
        if (open.length === 0) roots++;
        if (single !== '/') open.push(name);
      }
    } else if (open.length === 0 && (plain?.[0] ?? '').trim() !== '')
      return `text outside: ${plain?.[0].trim().slice(0, 40)}`;
  }
  if (open.length > 0) return `<${open.at(-1)}> is never closed`;
  return roots === 1 ? undefined : `${roots} roots`;
}

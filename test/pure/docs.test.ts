import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const pages = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  file => file.endsWith('.md') && !file.split('/').some(part => ['node_modules', 'var', 'dist'].includes(part)),
);

/** `[text](target)` and `[text](target#heading)`, but for what leaves the repository. */
const linksOf = (text: string): readonly string[] =>
  [...text.matchAll(/\]\(([^)\s#]+)(?:#[^)\s]*)?\)/g)].flatMap(({ 1: target = '' }) =>
    target.startsWith('http') ? [] : [target],
  );

test('there are pages to look at', () => {
  expect(pages).toContain('docs/threat-model.md');
  expect(pages.length).toBeGreaterThan(10);
});

test.each(pages)('the links of %s lead somewhere', page => {
  const file = join(root, page);
  const broken = linksOf(readFileSync(file, 'utf8')).filter(target => !existsSync(resolve(dirname(file), target)));
  expect(broken).toEqual([]);
});

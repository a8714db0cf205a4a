import { expect, it } from 'vitest';
import { compileDialplan } from '../../../src/dialplan/index.ts';
import { promptOrder } from '../../../src/prompts/order.ts';

it('puts what the numbers lead to first, then what follows it, then the rest', () => {
  const compiled = compileDialplan(
    `kozpont: 1
company: { name: Example, timezone: Europe/Budapest, languages: [en] }
prompts: { unused: { en: U }, bye: { en: B }, second: { en: S }, what: { en: W }, welcome: { en: H } }
menus:
  main: { greeting: welcome, keys: { 1: menu:more }, noInput: { after: 5s, then: goodbye:bye }, invalid: { say: what, then: goodbye:bye } }
  more: { greeting: second, keys: { 1: menu:main }, noInput: { after: 5s, then: goodbye:bye }, invalid: { then: goodbye:bye } }
transfer: { recall: { otherwise: goodbye:bye } }
numbers: { "+3612345678": menu:main }
`,
    'plan.yaml',
  );
  if (!compiled.ok) throw new Error(compiled.error.map(({ message }) => message).join());
  const { plan } = compiled.value;
  expect(promptOrder(plan)).toEqual(['welcome', 'what', 'second', 'bye', 'unused']);
});

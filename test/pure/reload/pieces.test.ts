import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bigDialplan } from '../../../src/bench/bigDialplan.ts';
import { compileDialplan, loadDialplan } from '../../../src/dialplan/index.ts';
import type { Dialplan } from '../../../src/dialplan/plan.ts';
import { piecesOf, planFrom } from '../../../src/reload/pieces.ts';
import { must } from '../../support/must.ts';

const folder = new URL('../../../dialplans/', import.meta.url);
const samples = readdirSync(folder).filter(file => file.endsWith('.yaml') && !file.endsWith('.story.yaml'));

/** Where two things differ in what a copy loses: prototypes, and that nothing can be changed. */
function* differences(a: unknown, b: unknown, path = 'plan'): Generator<string> {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) yield `${path} has another prototype`;
  if (Object.isFrozen(a) !== Object.isFrozen(b)) yield `${path} can be changed`;
  for (const [key, inner] of Object.entries(a)) yield* differences(inner, b[key as keyof typeof b], `${path}.${key}`);
}

const copied = (plan: Dialplan): Promise<Dialplan> => planFrom(structuredClone(piecesOf(plan)));

describe('a plan that was copied from another thread', () => {
  it.each(samples)('%s is what it was', async file => {
    const { plan } = must(await loadDialplan(new URL(file, folder).pathname, file));
    const copy = await copied(plan);
    expect(copy).toEqual(plan);
    expect([...differences(plan, copy)]).toEqual([]);
    expect(Object.keys(copy)).toEqual(Object.keys(plan));
  });

  it('finds no name that the dialplan does not declare', async () => {
    const { plan } = must(compileDialplan(bigDialplan({ menus: 3, extensions: 30, calendars: 2 }), 'big.yaml'));
    const copy = await copied(plan);
    for (const name of ['constructor', 'toString', '__proto__']) {
      expect([copy.menus[name], copy.prompts[name], copy.menus.main?.keys[name]]).toEqual(Array(3).fill(undefined));
    }
  });

  it.each([0, 1, 249, 250, 251, 600])('has its %s extensions in their order', async count => {
    const { plan } = must(compileDialplan(bigDialplan({ menus: 1, extensions: 20, calendars: 1 }), 'big.yaml'));
    const [one] = Object.values(plan.extensions);
    if (one === undefined) throw new Error('there are no extensions');
    const extensions = Object.fromEntries(Array.from({ length: count }, (_, index) => [`x${index}`, one]));
    const copy = await copied({ ...plan, extensions });
    expect(Object.keys(copy.extensions)).toEqual(Object.keys(extensions));
  });

  it('shares what was shared', async () => {
    const { plan } = must(await loadDialplan(new URL('company.yaml', folder).pathname, 'company.yaml'));
    const [menu] = Object.values(plan.menus).filter(({ names }) => names !== undefined);
    if (menu === undefined) throw new Error('no menu of the sample spells names');
    const copy = await copied({ ...plan, menus: { ...plan.menus, again: menu } });
    expect(copy.menus.again?.names).toBeDefined();
    expect(copy.menus.again?.names).toBe(copy.menus[menu.name]?.names);
  });
});

import { describe, expect, it } from 'vitest';
import { command } from '../../../../src/cli/commands/graph.ts';
import { overheard } from '../../../support/surroundings.ts';

const folder = new URL('../../../../dialplans/', import.meta.url).pathname;

async function graph(text: Record<string, string>, rest = ['sample.yaml'], override: readonly string[] = []) {
  const surroundings = overheard(folder);
  const status = await command.run({ text, flags: {}, rest, lists: { override } }, surroundings);
  return { status, out: surroundings.printed.join('\n'), err: surroundings.complained.join('\n') };
}

describe('kozpont graph', () => {
  it('draws in three formats', async () => {
    expect((await graph({})).out).toMatch(/^flowchart TD\n/);
    expect((await graph({ format: 'svg' })).out).toMatch(/^<svg [\s\S]*menu main[\s\S]*<\/svg>$/);
    expect((await graph({ format: 'text', from: '+36 1 234 5678' })).out).toMatch(/^\+3612345678\n {2}office open →/);
  });

  it('tells why an extension gets calls, at a moment', async () => {
    const toldAt = async (at: string) => (await graph({ format: 'text', to: '102', from: '+3612345678', at })).out;
    expect(await toldAt('2026-12-12T09:00')).toBe(
      '+3612345678 → office open → menu main → key 2 → group sales → rings → 102',
    );
    expect(await toldAt('2026-12-24T09:00')).toBe(
      '+3612345678 → office closed → menu night → key 0 → group onDuty → rings → 102',
    );
    expect((await graph({ format: 'text', to: 'queue:reception' })).out).toContain(
      'colleagues dial 0 → queue reception',
    );
  });

  it('has the ways that a hand leaves open, whatever the hour', async () => {
    const text = { format: 'text', to: '102', from: '+3612345678', at: '2026-12-12T09:00' };
    const { out } = await graph(text, ['sample.yaml'], ['office=closed']);
    expect(out).toContain('office closed → menu night');
    expect(await graph(text, ['sample.yaml'], ['office=ajar'])).toMatchObject({
      status: 2,
      err: expect.stringContaining('--override "office=ajar"'),
    });
  });

  it('says what it did not understand', async () => {
    for (const [text, rest, complaint] of [
      [{}, [], 'graph needs one dialplan'],
      [{ format: 'png' }, ['sample.yaml'], 'there is no format png'],
      [{ from: '+1' }, ['sample.yaml'], 'nothing is at +1'],
      [{ to: '999' }, ['sample.yaml'], 'there is no extension 999'],
      [{ to: 'menu:toString' }, ['sample.yaml'], 'there is no extension menu:toString'],
      [{ at: 'noon' }, ['sample.yaml'], 'noon is no moment'],
    ] as const) {
      const { status, err } = await graph(text, [...rest]);
      expect(status).toBe(2);
      expect(err).toContain(complaint);
    }
    const { status, err } = await graph({}, ['nowhere.yaml']);
    expect(status).toBe(1);
    expect(err).toContain('FILE_UNREADABLE');
  });
});

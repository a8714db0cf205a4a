import { describe, expect, it } from 'vitest';
import type { Dialplan } from '../../../src/dialplan/plan.ts';
import { findingsOfProof, prove } from '../../../src/rehearsal/index.ts';
import type { ProofOptions } from '../../../src/rehearsal/proof/prove.ts';
import { officePlan, to } from '../../support/plan.ts';

const from = Date.parse('2026-11-23T09:00:00Z');
const found = (change: Partial<Dialplan> = {}, options: Partial<ProofOptions> = {}) =>
  findingsOfProof(prove(officePlan(change), { from, ...options }), 'office.yaml');

const { menus, announcements } = officePlan();
const { main } = menus;
const { closed } = announcements;
if (main === undefined || closed === undefined) throw new Error('the office has changed');
const pressing = (key: string, kind: 'announcement' | 'queue', name: string): Partial<Dialplan> => ({
  menus: { main: { ...main, keys: { ...main.keys, [key]: to(kind, name) } } },
});

describe('what a proof has found', () => {
  it('is nothing in a good dialplan', () => expect(found()).toEqual([]));

  it('is told for a caller who goes round for ever, without end but in a page', () => {
    const at = { file: 'office.yaml', line: 7, col: 3 };
    const round = { ...closed, name: 'round', then: { ...to('announcement', 'round'), at } };
    const [finding, ...others] = found({ ...pressing('7', 'announcement', 'round'), announcements: { closed, round } });
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ severity: 'error', code: 'CALLER_GOES_ROUND', at });
    expect(finding?.message).toBe(
      '2026-11-23T10:00, a call to +3612345678, press 7: who presses nothing any more goes round for ever',
    );
    const { details = [] } = finding ?? {};
    expect(details.length).toBeLessThan(30);
    expect(details.at(0)).toBe('Mon 2026-11-23 10:00:00 Europe/Budapest');
    expect(details.some(line => line.includes('caller presses 7'))).toBe(true);
    expect(details.at(-1)).toBe('… and so on, for ever');
  });

  it('is told for a call that breaks', () => {
    const [finding] = found(pressing('1', 'queue', 'nowhere'));
    expect(finding).toMatchObject({ severity: 'error', code: 'CALL_BREAKS' });
    expect(finding?.message).toContain('press 1: the call breaks (the dialplan has no "nowhere")');
  });

  it('is told for a way that takes too long, at the number that is called', () => {
    expect(found({}, { within: 60_000 })).toMatchObject([
      { severity: 'warning', code: 'CALLER_WAITS_LONG', at: officePlan().numbers[0]?.at },
    ]);
  });

  it('is told for silence', () => {
    const proof = prove(officePlan(), { from, within: 60_000 });
    const counterExamples = proof.counterExamples.map(each => ({ ...each, verdict: { kind: 'silence' as const } }));
    expect(counterExamples).toHaveLength(1);
    expect(findingsOfProof({ ...proof, counterExamples }, 'office.yaml')).toMatchObject([
      { severity: 'error', code: 'CALLER_IN_SILENCE', message: expect.stringContaining('nothing happens any more') },
    ]);
  });

  it('says that it is not proved where there is too much to look at', () => {
    const findings = found({}, { mostStates: 10 });
    expect(findings).toEqual([
      {
        severity: 'warning',
        code: 'NOT_PROVED',
        message: expect.stringMatching(/^not proved: the proof ended after [0-9]+ states of calls$/),
        remedy: expect.any(String),
        at: { file: 'office.yaml', line: 1, col: 1 },
      },
    ]);
  });
});

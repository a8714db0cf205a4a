import { describe, expect, it } from 'vitest';
import type { ClientInput, MachineFacts } from '../../../../../src/embedded/sip/transactions/machine.ts';
import { nonInviteClient, nonInviteClientStart } from '../../../../../src/embedded/sip/transactions/nonInviteClient.ts';
import { after, clientInputs, reliable, response, table, unreliable } from '../../../../support/sip/machines.ts';

const start: ClientInput = { kind: 'start' };
const came = (status: number): ClientInput => ({ kind: 'response', response: response(status) });
const state = (facts: MachineFacts, ...inputs: ClientInput[]) =>
  after(nonInviteClient, nonInviteClientStart, facts, ...inputs);
const rows = (facts: MachineFacts, ...inputs: ClientInput[]) =>
  table(nonInviteClient, clientInputs, state(facts, ...inputs), facts);

const pauses = (first: MachineFacts, ...inputs: ClientInput[]): number[] => {
  let current = state(first, ...inputs);
  const found: number[] = [];
  for (let i = 0; i < 6; i++) {
    const step = nonInviteClient(current, { kind: 'timer', timer: 'E' }, first);
    current = step.state;
    for (const output of step.outputs) if (output.kind === 'startTimer') found.push(output.after);
  }
  return found;
};

describe('non-INVITE client machine (RFC 3261, §17.1.2)', () => {
  it('starts once, with E and F; with F alone on a reliable transport', () => {
    expect(rows(unreliable)).toEqual({ start: 'trying: sendRequest, start E 500, start F 32000' });
    expect(rows(reliable)).toEqual({ start: 'trying: sendRequest, start F 32000' });
  });

  it('trying: every input', () => {
    expect(rows(unreliable, start)).toEqual({
      transportFailed: 'terminated: fail transport, end',
      E: 'trying: sendRequest, start E 1000',
      F: 'terminated: fail timeout, end',
      100: 'proceeding: deliver 100',
      180: 'proceeding: deliver 180',
      200: 'completed: stop E, stop F, start K 5000, deliver 200',
      302: 'completed: stop E, stop F, start K 5000, deliver 302',
      486: 'completed: stop E, stop F, start K 5000, deliver 486',
      603: 'completed: stop E, stop F, start K 5000, deliver 603',
    });
  });

  it('proceeding: every input', () => {
    expect(rows(unreliable, start, came(100))).toEqual({
      transportFailed: 'terminated: fail transport, end',
      E: 'proceeding: sendRequest, start E 4000',
      F: 'terminated: fail timeout, end',
      100: 'proceeding: deliver 100',
      180: 'proceeding: deliver 180',
      200: 'completed: stop E, stop F, start K 5000, deliver 200',
      302: 'completed: stop E, stop F, start K 5000, deliver 302',
      486: 'completed: stop E, stop F, start K 5000, deliver 486',
      603: 'completed: stop E, stop F, start K 5000, deliver 603',
    });
  });

  it('timer E doubles up to T2, and is T2 from the first provisional response on', () => {
    expect(pauses(unreliable, start)).toEqual([1000, 2000, 4000, 4000, 4000, 4000]);
    expect(pauses(unreliable, start, came(100))).toEqual([4000, 4000, 4000, 4000, 4000, 4000]);
  });

  it('completed: absorbs repeated responses until K', () => {
    expect(rows(unreliable, start, came(486))).toEqual({ K: 'terminated: end' });
  });

  it('a reliable transport ends it with the final response: timer K is zero', () => {
    expect(rows(reliable, start)[200]).toBe('terminated: stop E, stop F, deliver 200, end');
    expect(rows(reliable, start, came(200))).toEqual({});
  });
});

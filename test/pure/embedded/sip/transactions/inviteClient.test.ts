import { describe, expect, it } from 'vitest';
import { inviteClient, inviteClientStart } from '../../../../../src/embedded/sip/transactions/inviteClient.ts';
import type { ClientInput, MachineFacts } from '../../../../../src/embedded/sip/transactions/machine.ts';
import { after, clientInputs, reliable, response, table, unreliable } from '../../../../support/sip/machines.ts';

const start: ClientInput = { kind: 'start' };
const came = (status: number): ClientInput => ({ kind: 'response', response: response(status) });
const state = (facts: MachineFacts, ...inputs: ClientInput[]) =>
  after(inviteClient, inviteClientStart, facts, ...inputs);
const rows = (facts: MachineFacts, ...inputs: ClientInput[]) =>
  table(inviteClient, clientInputs, state(facts, ...inputs), facts);

describe('INVITE client machine (RFC 3261, §17.1.1; RFC 6026, §7.2)', () => {
  it('starts once, with A and B; with B alone on a reliable transport', () => {
    expect(rows(unreliable)).toEqual({ start: 'calling: sendRequest, start A 500, start B 32000' });
    expect(rows(reliable)).toEqual({ start: 'calling: sendRequest, start B 32000' });
  });

  it('calling: every input', () => {
    expect(rows(unreliable, start)).toEqual({
      cancel: 'calling: ',
      transportFailed: 'terminated: fail transport, end',
      A: 'calling: sendRequest, start A 1000',
      B: 'terminated: fail timeout, end',
      100: 'proceeding: stop A, stop B, deliver 100',
      180: 'proceeding: stop A, stop B, deliver 180',
      200: 'accepted: stop A, stop B, start M 32000, deliver 200',
      302: 'completed: stop A, stop B, start D 32000, sendAck 302, deliver 302',
      486: 'completed: stop A, stop B, start D 32000, sendAck 486, deliver 486',
      603: 'completed: stop A, stop B, start D 32000, sendAck 603, deliver 603',
    });
  });

  it('calling on a reliable transport: a refusal ends it, timer D is zero', () => {
    expect(rows(reliable, start)[486]).toBe('terminated: stop A, stop B, sendAck 486, deliver 486, end');
    expect(rows(reliable, start)[200]).toBe('accepted: stop A, stop B, start M 32000, deliver 200');
  });

  it('timer A doubles without a ceiling (§17.1.1.2)', () => {
    let current = state(unreliable, start);
    const pauses: number[] = [];
    for (let i = 0; i < 7; i++) {
      const step = inviteClient(current, { kind: 'timer', timer: 'A' }, unreliable);
      current = step.state;
      for (const output of step.outputs) if (output.kind === 'startTimer') pauses.push(output.after);
    }
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 64_000]);
  });

  it('a CANCEL that is wanted before any response waits for the first provisional one (§9.1)', () => {
    const wanted = rows(unreliable, start, { kind: 'cancel' });
    expect(wanted[100]).toBe('proceeding: stop A, stop B, sendCancel, start cancelled 32000, deliver 100');
    expect(wanted[200]).toBe('accepted: stop A, stop B, start M 32000, deliver 200');
    expect(wanted[486]).toBe('completed: stop A, stop B, start D 32000, sendAck 486, deliver 486');
  });

  it('proceeding: every input', () => {
    expect(rows(unreliable, start, came(180))).toEqual({
      cancel: 'proceeding: sendCancel, start cancelled 32000',
      100: 'proceeding: deliver 100',
      180: 'proceeding: deliver 180',
      200: 'accepted: start M 32000, deliver 200',
      302: 'completed: start D 32000, sendAck 302, deliver 302',
      486: 'completed: start D 32000, sendAck 486, deliver 486',
      603: 'completed: start D 32000, sendAck 603, deliver 603',
      cancelled: 'terminated: fail timeout, end',
    });
  });

  it('proceeding after a CANCEL: one CANCEL, and no longer than 64·T1', () => {
    expect(rows(unreliable, start, came(180), { kind: 'cancel' })).toEqual({
      100: 'proceeding: deliver 100',
      180: 'proceeding: deliver 180',
      200: 'accepted: stop cancelled, start M 32000, deliver 200',
      302: 'completed: stop cancelled, start D 32000, sendAck 302, deliver 302',
      486: 'completed: stop cancelled, start D 32000, sendAck 486, deliver 486',
      603: 'completed: stop cancelled, start D 32000, sendAck 603, deliver 603',
      cancelled: 'terminated: fail timeout, end',
    });
  });

  it('accepted: every 2xx goes to the core, nothing else, until M', () => {
    for (const facts of [unreliable, reliable]) {
      expect(rows(facts, start, came(200))).toEqual({ 200: 'accepted: deliver 200', M: 'terminated: end' });
    }
  });

  it('completed: a repeated refusal gets its ACK again, a late 2xx of a fork is dropped', () => {
    expect(rows(unreliable, start, came(486))).toEqual({
      transportFailed: 'terminated: stop D, end',
      302: 'completed: sendAck 302',
      486: 'completed: sendAck 486',
      603: 'completed: sendAck 603',
      D: 'terminated: end',
    });
  });

  it('terminated: nothing any more', () => {
    expect(rows(reliable, start, came(486))).toEqual({});
    expect(rows(unreliable, start, { kind: 'transportFailed' })).toEqual({});
  });
});

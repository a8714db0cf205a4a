import { describe, expect, it } from 'vitest';
import { inviteServer, inviteServerStart } from '../../../../../src/embedded/sip/transactions/inviteServer.ts';
import type { MachineFacts, ServerInput } from '../../../../../src/embedded/sip/transactions/machine.ts';
import { ack, after, reliable, response, serverInputs, table, unreliable } from '../../../../support/sip/machines.ts';

const request: ServerInput = { kind: 'request' };
const acknowledged: ServerInput = { kind: 'ack', ack };
const respond = (status: number): ServerInput => ({ kind: 'respond', response: response(status) });
const state = (facts: MachineFacts, ...inputs: ServerInput[]) =>
  after(inviteServer, inviteServerStart, facts, ...inputs);
const rows = (facts: MachineFacts, ...inputs: ServerInput[]) =>
  table(inviteServer, serverInputs, state(facts, ...inputs), facts);

describe('INVITE server machine (RFC 3261, §17.2.1; RFC 6026, §7.1)', () => {
  it('begins with the request, and gives the core 200 ms for a first response', () => {
    expect(rows(unreliable)).toEqual({ request: 'proceeding: start trying 200' });
  });

  it('proceeding, nothing said yet: every input', () => {
    expect(rows(unreliable, request)).toEqual({
      request: 'proceeding: tryingDue',
      transportFailed: 'proceeding: fail transport',
      trying: 'proceeding: tryingDue',
      100: 'proceeding: stop trying, send 100',
      180: 'proceeding: stop trying, send 180',
      200: 'accepted: stop trying, send 200, start L 32000',
      302: 'completed: stop trying, send 302, start G 500, start H 32000',
      486: 'completed: stop trying, send 486, start G 500, start H 32000',
      603: 'completed: stop trying, send 603, start G 500, start H 32000',
    });
  });

  it('proceeding: a repeated INVITE gets the last provisional response', () => {
    expect(rows(unreliable, request, respond(100), respond(180))).toEqual({
      request: 'proceeding: send 180',
      transportFailed: 'proceeding: fail transport',
      100: 'proceeding: send 100',
      180: 'proceeding: send 180',
      200: 'accepted: send 200, start L 32000',
      302: 'completed: send 302, start G 500, start H 32000',
      486: 'completed: send 486, start G 500, start H 32000',
      603: 'completed: send 603, start G 500, start H 32000',
    });
  });

  it('accepted: the core may repeat its 2xx, an INVITE that comes again is absorbed, L ends it on every transport', () => {
    for (const facts of [unreliable, reliable]) {
      expect(rows(facts, request, respond(200))).toEqual({
        ack: 'accepted: deliverAck',
        transportFailed: 'accepted: fail transport',
        200: 'accepted: send 200',
        L: 'terminated: end',
      });
    }
  });

  it('completed: every input', () => {
    expect(rows(unreliable, request, respond(486))).toEqual({
      request: 'completed: send 486',
      ack: 'confirmed: stop G, stop H, start I 5000, deliverAck',
      transportFailed: 'completed: fail transport',
      G: 'completed: send 486, start G 1000',
      H: 'terminated: stop G, fail ackMissing, end',
    });
  });

  it('timer G doubles up to T2', () => {
    let current = state(unreliable, request, respond(486));
    const pauses: number[] = [];
    for (let i = 0; i < 5; i++) {
      const step = inviteServer(current, { kind: 'timer', timer: 'G' }, unreliable);
      current = step.state;
      for (const output of step.outputs) if (output.kind === 'startTimer') pauses.push(output.after);
    }
    expect(pauses).toEqual([1000, 2000, 4000, 4000, 4000]);
  });

  it('a reliable transport: no G, and the ACK ends it, timer I is zero', () => {
    expect(rows(reliable, request)[486]).toBe('completed: stop trying, send 486, start H 32000');
    expect(rows(reliable, request, respond(486)).ack).toBe('terminated: stop G, stop H, deliverAck, end');
  });

  it('an unproven source: no 100, and a refusal once for each time that the INVITE comes', () => {
    const unproven = { ...unreliable, unproven: true };
    expect(rows(unproven)).toEqual({ request: 'proceeding: ' });
    expect(rows(unproven, request, respond(100)).request).toBe('proceeding: ');
    expect(rows(unproven, request, request, respond(100))).toEqual({
      request: 'proceeding: tryingDue',
      trying: 'proceeding: tryingDue',
      transportFailed: 'proceeding: fail transport',
      180: 'proceeding: stop trying, send 180',
      200: 'accepted: stop trying, send 200, start L 32000',
      302: 'completed: stop trying, send 302, start H 5000',
      486: 'completed: stop trying, send 486, start H 5000',
      603: 'completed: stop trying, send 603, start H 5000',
    });
    expect(rows(unproven, request, respond(486))).toEqual({
      request: 'completed: send 486',
      ack: 'confirmed: stop G, stop H, start I 5000, deliverAck',
      transportFailed: 'completed: fail transport',
      H: 'terminated: end',
    });
  });

  it('an unproven source gets the 100 with the third INVITE, and no more datagrams than it has sent', () => {
    const unproven = { ...unreliable, unproven: true };
    const tried = [request, request, request, respond(100)];
    expect(rows(unproven, ...tried.slice(0, 3))[100]).toBe('proceeding: stop trying, send 100');
    expect(rows(unproven, ...tried)[486]).toBe('completed: send 486, start G 500, start H 5000');
    expect(rows(unproven, ...tried, respond(486))).toMatchObject({
      request: 'completed: send 486',
      G: 'completed: send 486',
      H: 'terminated: end',
    });
    expect(rows(unproven, ...tried, request, respond(486)).G).toBe('completed: send 486');
    expect(rows(unproven, ...tried, respond(180))[486]).toBe('completed: send 486, start G 500, start H 32000');
  });

  it('a source that has proven itself since gets its 100 when the INVITE comes again, and a refusal that is repeated', () => {
    let unproven = true;
    const facts = {
      ...unreliable,
      get unproven() {
        return unproven;
      },
    };
    let { state } = inviteServer(inviteServerStart, request, facts);
    unproven = false;
    expect(inviteServer(state, request, facts).outputs).toEqual([{ kind: 'tryingDue' }]);
    ({ state } = inviteServer(state, respond(100), facts));
    // A 100 has silenced the client: that many refusals wait for their ACKs again makes no difference.
    unproven = true;
    expect(inviteServer(state, respond(486), facts).outputs).toContainEqual({
      kind: 'startTimer',
      timer: 'G',
      after: 500,
    });
  });

  it('an unproven source for which the core rings is treated as any other', () => {
    expect(rows({ ...unreliable, unproven: true }, request, respond(180))[486]).toBe(
      'completed: send 486, start G 500, start H 32000',
    );
  });

  it('confirmed: repeated ACKs and INVITEs are absorbed until I', () => {
    expect(rows(unreliable, request, respond(486), acknowledged)).toEqual({ I: 'terminated: end' });
  });
});

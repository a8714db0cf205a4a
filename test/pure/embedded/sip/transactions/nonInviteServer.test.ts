import { describe, expect, it } from 'vitest';
import type { MachineFacts, ServerInput } from '../../../../../src/embedded/sip/transactions/machine.ts';
import { nonInviteServer, nonInviteServerStart } from '../../../../../src/embedded/sip/transactions/nonInviteServer.ts';
import { after, reliable, response, serverInputs, table, unreliable } from '../../../../support/sip/machines.ts';

const request: ServerInput = { kind: 'request' };
const respond = (status: number): ServerInput => ({ kind: 'respond', response: response(status) });
const rows = (facts: MachineFacts, ...inputs: ServerInput[]) =>
  table(nonInviteServer, serverInputs, after(nonInviteServer, nonInviteServerStart, facts, ...inputs), facts);

describe('non-INVITE server machine (RFC 3261, §17.2.2)', () => {
  it('begins with the request', () => {
    expect(rows(unreliable)).toEqual({ request: 'trying: start unanswered 32000' });
  });

  it('trying: a repeated request is absorbed; every input', () => {
    expect(rows(unreliable, request)).toEqual({
      transportFailed: 'trying: fail transport',
      unanswered: 'terminated: fail unanswered, end',
      100: 'proceeding: send 100',
      180: 'proceeding: send 180',
      200: 'completed: stop unanswered, send 200, start J 32000',
      302: 'completed: stop unanswered, send 302, start J 32000',
      486: 'completed: stop unanswered, send 486, start J 32000',
      603: 'completed: stop unanswered, send 603, start J 32000',
    });
  });

  it('proceeding: a repeated request gets the last provisional response', () => {
    expect(rows(unreliable, request, respond(100))).toEqual({
      request: 'proceeding: send 100',
      transportFailed: 'proceeding: fail transport',
      unanswered: 'terminated: fail unanswered, end',
      100: 'proceeding: send 100',
      180: 'proceeding: send 180',
      200: 'completed: stop unanswered, send 200, start J 32000',
      302: 'completed: stop unanswered, send 302, start J 32000',
      486: 'completed: stop unanswered, send 486, start J 32000',
      603: 'completed: stop unanswered, send 603, start J 32000',
    });
  });

  it('completed: a repeated request gets the final response, further ones of the core are discarded, J ends it', () => {
    expect(rows(unreliable, request, respond(200))).toEqual({
      request: 'completed: send 200',
      transportFailed: 'completed: fail transport',
      J: 'terminated: end',
    });
  });

  it('what an unproven source has sent is kept for T4', () => {
    expect(rows({ ...unreliable, unproven: true }, request)[200]).toBe(
      'completed: stop unanswered, send 200, start J 5000',
    );
  });

  it('a reliable transport ends it with the final response: timer J is zero', () => {
    expect(rows(reliable, request)[200]).toBe('terminated: stop unanswered, send 200, end');
    expect(rows(reliable, request, respond(200))).toEqual({});
  });
});

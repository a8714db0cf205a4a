import { expect, test } from 'vitest';
import { VirtualClock } from '../../../../src/base/clock.ts';
import { Outgoing, type OutgoingRequest } from '../../../../src/signalling/connection/outgoing.ts';
import type {
  Acknowledge,
  DrachtioSrf,
  SrfIncomingResponse,
  SrfRequest,
} from '../../../../src/signalling/drachtio/srf.ts';

type Echo = (error: unknown, sent: SrfRequest | undefined) => void;
type Respond = (response: SrfIncomingResponse, acknowledge: Acknowledge) => void;

/** drachtio-srf, of which the test plays every part. */
const stage = (request: OutgoingRequest) => {
  const clock = new VirtualClock();
  const told: string[] = [];
  const cancels: (Record<string, string> | undefined)[] = [];
  let echo: Echo = () => {};
  let respond: Respond = () => {};
  let throwing = false;
  const srf = {
    request: (_uri: string, _options: unknown, callback: Echo) => {
      if (throwing) throw new Error('no socket');
      echo = callback;
    },
  } as unknown as DrachtioSrf;
  const sent = {
    on: (event: string, listener: Respond) => {
      if (event === 'response') respond = listener;
    },
    cancel: ({ headers }: { headers?: Record<string, string> }) => cancels.push(headers),
  } as unknown as SrfRequest;
  let remaining = 1;
  const outgoing = new Outgoing(
    { srf, clock, forget: () => (remaining -= 1) },
    request,
    {
      sent: () => told.push('sent'),
      provisional: response => told.push(`provisional ${response.status}`),
      final: response => told.push(`final ${response.status}`),
      failed: error => told.push(error.code),
    },
    run => run(),
  );
  return {
    clock,
    told,
    cancels,
    outgoing,
    start: (broken = false) => {
      throwing = broken;
      outgoing.send();
    },
    left: () => echo(null, sent),
    refuse: (text: string) => echo(new Error(text), undefined),
    respond: (status: number) => respond({ status } as SrfIncomingResponse, () => {}),
    get remaining() {
      return remaining;
    },
  };
};

const invite: OutgoingRequest = { method: 'INVITE', uri: 'sip:1@h', within: 60_000 };
const bye: OutgoingRequest = { method: 'BYE', dialogId: 'd' };

test('a request that is answered', () => {
  const whole = stage(invite);
  const { clock, told, start, left, respond } = whole;
  start();
  expect([told, whole.remaining]).toEqual([[], 1]);
  left();
  respond(180);
  respond(200);
  respond(200);
  expect(told).toEqual(['sent', 'provisional 180', 'final 200']);
  expect(clock.armed).toBe(0);
  expect(whole.remaining).toBe(0);
});

test('a server that says nothing at all, or nothing more', () => {
  const silent = stage(bye);
  silent.start();
  silent.clock.advance(4_999);
  expect(silent.told).toEqual([]);
  silent.clock.advance(1);
  expect(silent.told).toEqual(['DEADLINE_PASSED']);
  const halfway = stage(bye);
  halfway.start();
  halfway.left();
  halfway.clock.advance(40_000);
  expect(halfway.told).toEqual(['sent', 'DEADLINE_PASSED']);
  expect([silent.clock.armed, halfway.clock.armed, silent.remaining, halfway.remaining]).toEqual([0, 0, 0, 0]);
});

test('an INVITE that nobody answers is taken back, and given up if that does not help either', () => {
  const { clock, told, cancels, start, left } = stage(invite);
  start();
  left();
  clock.advance(60_000);
  expect([told, cancels]).toEqual([['sent'], [{}]]);
  clock.advance(40_000);
  expect(told).toEqual(['sent', 'DEADLINE_PASSED']);
  expect(clock.armed).toBe(0);
});

test('an INVITE that leaves after it was given up is cancelled: nobody is left ringing', () => {
  const { clock, told, cancels, start, left, respond } = stage(invite);
  start();
  clock.advance(5_000);
  left();
  respond(200);
  expect([told, cancels]).toEqual([['DEADLINE_PASSED'], [{}]]);
  expect(clock.armed).toBe(0);
});

test('a CANCEL before the INVITE has left follows it at once, and once', () => {
  const { cancels, outgoing, start, left, respond, told } = stage(invite);
  start();
  outgoing.cancel({ Reason: 'SIP;cause=200' });
  expect(cancels).toEqual([]);
  left();
  outgoing.cancel();
  expect(cancels).toEqual([{ Reason: 'SIP;cause=200' }]);
  respond(487);
  outgoing.cancel();
  expect(cancels).toHaveLength(1);
  expect(told).toEqual(['sent', 'final 487']);
});

test('what the server refuses, and what is lost', () => {
  const refused = stage(bye);
  refused.start();
  refused.refuse('Server error: unable to find dialog for dialog id provided');
  expect(refused.told).toEqual(['REQUEST_FAILED']);
  const unconnected = stage(bye);
  unconnected.start(true);
  expect(unconnected.told).toEqual(['CONNECTION_LOST']);
  const lost = stage(bye);
  lost.start();
  lost.left();
  lost.outgoing.lost();
  lost.outgoing.lost();
  lost.respond(200);
  expect(lost.told).toEqual(['sent', 'CONNECTION_LOST']);
  expect([refused.clock.armed, unconnected.clock.armed, lost.clock.armed]).toEqual([0, 0, 0]);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../../../src/base/clock.ts';
import type { KozpontError } from '../../../../src/base/errors.ts';
import type { OutgoingEvents } from '../../../../src/signalling/connection/outgoing.ts';
import { Renegotiation } from '../../../../src/signalling/dialogs/renegotiation.ts';
import type { SrfIncomingResponse, SrfRequest } from '../../../../src/signalling/drachtio/srf.ts';

/** A dialog whose far end, and whose exchange, do what the test says. */
class Stage {
  readonly clock = new VirtualClock();
  /** Our INVITEs without a final response. */
  readonly ours: OutgoingEvents[] = [];
  /** Their offers that the exchange thinks about. */
  readonly thinking: { resolve(sdp: string): void; reject(error: Error): void }[] = [];
  readonly responses: string[] = [];
  readonly outcomes: string[] = [];
  readonly died: number[] = [];
  /** What ACKs have brought. */
  readonly answers: string[] = [];
  sent = 0;
  mostAtOnce = 0;
  asked = 0;
  requested = 0;
  private sequence = 1;
  private awaited: number[] = [];
  readonly renegotiation = new Renegotiation(
    {
      clock: this.clock,
      callIdIsOurs: true,
      caught: error => {
        throw error;
      },
      send: (_method, _headers, _body, events) => {
        this.sent += 1;
        this.ours.push(events);
        this.count();
        return { cancel: () => {} };
      },
      offered: () =>
        new Promise((resolve, reject) => {
          this.thinking.push({ resolve, reject });
          this.count();
        }),
      answerReceived: sdp => void this.answers.push(sdp),
      moved: () => {},
      died: status => this.died.push(status),
    },
    { localSdp: 'v=0', timer: undefined, awaitedAck: undefined },
  );

  private count(): void {
    const theirs = this.requested - this.responses.length;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.ours.length + theirs);
  }

  reinvite(): void {
    this.asked += 1;
    this.renegotiation.reinvite('v=0').then(
      () => this.outcomes.push('answered'),
      (error: KozpontError) => this.outcomes.push(error.code),
    );
  }

  request(method: 'INVITE' | 'UPDATE', body = 'v=0'): void {
    this.requested += 1;
    const sequence = this.sequence++;
    const headers = { cseq: `${sequence} ${method}`, ...(body === '' ? {} : { 'content-type': 'application/sdp' }) };
    const request = { method, headers, body, on: () => {} } as unknown as SrfRequest;
    this.renegotiation.request(request, status => {
      this.responses.push(`${method} ${status}`);
      if (method === 'INVITE' && status === 200) this.awaited.push(sequence);
    });
  }

  respond(status: number): void {
    const headers = status === 200 ? { 'content-type': 'application/sdp' } : {};
    this.ours.shift()?.final({ status, reason: '', headers, body: 'v=0' } as unknown as SrfIncomingResponse, () => {});
  }

  decide(well: boolean): void {
    const one = this.thinking.shift();
    if (well) one?.resolve('v=0');
    else one?.reject(new Error('no'));
  }

  acknowledge(body = '', cseq = `${this.awaited[0]} ACK`): void {
    if (this.awaited.length === 0) return;
    if (cseq === `${this.awaited[0]} ACK`) this.awaited.shift();
    this.renegotiation.acknowledge({
      method: 'ACK',
      headers: { cseq, ...(body === '' ? {} : { 'content-type': 'application/sdp' }) },
      body,
    } as unknown as SrfRequest);
  }
}

const settle = async (): Promise<void> => {
  for (let i = 0; i < 4; i++) await Promise.resolve();
};

test('an exchange that thinks too long: 500, and what it says later is not sent', async () => {
  const stage = new Stage();
  stage.request('INVITE');
  stage.clock.advance(9_999);
  expect(stage.responses).toEqual([]);
  stage.clock.advance(1);
  expect(stage.responses).toEqual(['INVITE 500']);
  stage.decide(true);
  await settle();
  expect(stage.responses).toEqual(['INVITE 500']);
  expect(stage.clock.armed).toBe(0);
});

test('500 with Retry-After is tried again when it says', async () => {
  const stage = new Stage();
  stage.reinvite();
  stage.ours
    .shift()
    ?.final({ status: 500, reason: '', headers: { 'retry-after': '3 (busy)' }, body: '' } as never, () => {});
  await settle();
  expect(stage.outcomes).toEqual([]);
  stage.clock.advance(2_999);
  expect(stage.sent).toBe(1);
  stage.clock.advance(1);
  expect(stage.sent).toBe(2);
  stage.respond(200);
  await settle();
  expect(stage.outcomes).toEqual(['answered']);
});

test('while an offer of ours waits for its answer in the ACK, theirs are refused with 491 (RFC 3261, §14.2)', async () => {
  const stage = new Stage();
  // An INVITE without an offer: the offer is ours.
  stage.request('INVITE', '');
  stage.decide(true);
  await settle();
  expect(stage.responses).toEqual(['INVITE 200']);
  stage.request('UPDATE');
  stage.request('INVITE');
  expect(stage.responses).toEqual(['INVITE 200', 'UPDATE 491', 'INVITE 491']);
  // Neither the ACK of another request, nor one that cannot be read, is the one.
  stage.acknowledge('v=1', '77 ACK');
  stage.acknowledge('v=1', 'nonsense');
  stage.request('UPDATE');
  expect(stage.responses.at(-1)).toBe('UPDATE 491');
  stage.reinvite();
  expect(stage.sent).toBe(0);
  stage.acknowledge('v=1');
  expect(stage.answers).toEqual(['v=1']);
  // Ours goes first, and meanwhile theirs is refused, too.
  expect(stage.sent).toBe(1);
  stage.request('INVITE');
  expect(stage.responses.at(-1)).toBe('INVITE 491');
  stage.respond(200);
  await settle();
  stage.request('UPDATE');
  stage.decide(true);
  await settle();
  expect(stage.responses.at(-1)).toBe('UPDATE 200');
});

test('while an answer of ours waits for its ACK, theirs are taken, and ours wait', async () => {
  const stage = new Stage();
  stage.request('INVITE');
  stage.decide(true);
  await settle();
  stage.reinvite();
  expect(stage.sent).toBe(0);
  stage.request('UPDATE');
  stage.decide(true);
  await settle();
  expect(stage.responses).toEqual(['INVITE 200', 'UPDATE 200']);
  stage.acknowledge('v=1');
  expect([stage.answers, stage.sent]).toEqual([[], 1]);
});

test('an UPDATE waits for no ACK', async () => {
  const stage = new Stage();
  stage.request('UPDATE');
  stage.decide(true);
  await settle();
  stage.reinvite();
  expect(stage.sent).toBe(1);
});

test('a provisional response to a re-INVITE is acknowledged where it asks for it', () => {
  const stage = new Stage();
  stage.reinvite();
  let acknowledged = 0;
  stage.ours[0]?.provisional?.({ status: 183 } as never, () => {
    acknowledged += 1;
  });
  expect(acknowledged).toBe(1);
});

test.each([
  [10, 'tried again'],
  [11, 'given up'],
])('500 with a Retry-After of %i s is %s', async (seconds, what) => {
  const stage = new Stage();
  stage.reinvite();
  const headers = { 'retry-after': String(seconds) };
  stage.ours.shift()?.final({ status: 500, reason: '', headers, body: '' } as never, () => {});
  await settle();
  expect(stage.outcomes).toEqual(what === 'given up' ? ['REQUEST_FAILED'] : []);
  stage.renegotiation.end();
});

test('in any order of events: one exchange of offers at a time, and everything is answered in the end', async () => {
  const action = fc.constantFrom(
    'reinvite',
    'invite',
    'offerless',
    'update',
    '200',
    '491',
    '488',
    'yes',
    'no',
    'ack',
    'time',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 40 }), fc.boolean(), async (actions, ends) => {
      const stage = new Stage();
      for (const one of actions) {
        if (one === 'reinvite') stage.reinvite();
        else if (one === 'invite') stage.request('INVITE');
        else if (one === 'offerless') stage.request('INVITE', '');
        else if (one === 'update') stage.request('UPDATE');
        else if (one === 'yes' || one === 'no') stage.decide(one === 'yes');
        else if (one === 'ack') stage.acknowledge();
        else if (one === 'time') stage.clock.advance(4_000);
        else stage.respond(Number(one));
        await settle();
      }
      expect(stage.mostAtOnce).toBeLessThanOrEqual(1);
      // The rest of the story: the far end and the exchange become reasonable, or the dialog ends.
      if (ends) stage.renegotiation.end();
      for (let i = 0; i < 200 && !ends; i++) {
        stage.acknowledge();
        stage.decide(true);
        stage.respond(200);
        stage.clock.advance(4_000);
        await settle();
      }
      await settle();
      expect(stage.outcomes).toHaveLength(stage.asked);
      expect(stage.responses).toHaveLength(stage.requested);
      expect(stage.died).toEqual([]);
      expect(stage.clock.armed).toBe(0);
    }),
    { numRuns: 300 },
  );
});

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
      answerReceived: () => {},
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

  acknowledge(): void {
    const sequence = this.awaited.shift();
    if (sequence === undefined) return;
    this.renegotiation.acknowledge({
      method: 'ACK',
      headers: { cseq: `${sequence} ACK` },
      body: '',
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

/** Packets of strangers: RTP, RTCP, telephone events, and a session that gets all of them. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { VirtualClock } from '../../../src/base/clock.ts';
import { Pacer } from '../../../src/embedded/rtp/pace/pacer.ts';
import { RtpSession, type SessionContext } from '../../../src/embedded/rtp/session.ts';
import type { PacketSocket, SocketEvents } from '../../../src/embedded/rtp/socket/mediaSocket.ts';
import { decodeReport, encodeReport } from '../../../src/embedded/rtp/wire/rtcpPacket.ts';
import { looksLikeRtcp, RtpView, writeHeader } from '../../../src/embedded/rtp/wire/rtpPacket.ts';
import { writeEvent } from '../../../src/embedded/rtp/wire/telephoneEvent.ts';
import { growsWithSizeAlone } from '../../support/fuzz/growth.ts';
import { mutated } from '../../support/fuzz/mutations.ts';
import { campaign } from '../../support/fuzz/words.ts';

const runs = campaign('RTP', 50_000);
const remote = { address: '192.0.2.1', port: 40_000 };

function packet(payloadType: number, payload: Buffer, sequence = 1, timestamp = 160): Buffer {
  const bytes = Buffer.alloc(12 + payload.length);
  writeHeader(bytes, 0, false, payloadType, sequence, timestamp, 7);
  payload.copy(bytes, 12);
  return bytes;
}

function event(code: number, end: boolean, duration: number): Buffer {
  const payload = Buffer.alloc(4);
  writeEvent(payload, 0, code, end, duration);
  return packet(101, payload);
}

const report = (sender: boolean, bye: boolean): Buffer =>
  encodeReport({
    ssrc: 7,
    sender: sender ? { at: 1e12, timestamp: 1, packets: 2, octets: 3 } : undefined,
    reception: { ssrc: 9, fractionLost: 1, lost: -1, highestSequence: 5, jitter: 3, lastReport: 4, delay: 5 },
    cname: 'someone',
    bye,
  });

const seeds = [
  packet(8, Buffer.alloc(160, 0xd5)),
  packet(0, Buffer.alloc(80)),
  packet(13, Buffer.alloc(1)),
  event(5, false, 160),
  event(11, true, 65_535),
  Buffer.concat([Buffer.from([0x9f, 8]), packet(8, Buffer.alloc(300)).subarray(2)]),
  Buffer.concat([Buffer.from([0xb0, 0xe5]), packet(8, Buffer.alloc(8)).subarray(2)]),
  report(true, false),
  report(false, true),
];
const packets = fc.oneof(
  { weight: 4, arbitrary: mutated(seeds) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }).map(bytes => Buffer.from(bytes)) },
  { weight: 1, arbitrary: fc.constantFrom(...seeds) },
);

/** A wire in memory. */
class Wire implements PacketSocket {
  events: SocketEvents | undefined;
  listen(events: SocketEvents): void {
    this.events = events;
  }
  send(bytes: Buffer): void {
    expect(bytes.length).toBeGreaterThan(0);
  }
  connect(): void {}
  disconnect(): void {}
  close(): void {}
}

function session(clock: VirtualClock, context: SessionContext) {
  const wires = { rtp: new Wire(), rtcp: new Wire() };
  const digits: string[] = [];
  const made = new RtpSession(
    context,
    { ...wires, port: 10_000 },
    { digit: digit => digits.push(digit), broken: () => {} },
    () => {},
  );
  made.agree(
    {
      remote,
      remoteRtcp: { ...remote, port: 40_001 },
      rtcpMux: true,
      codec: 'PCMA',
      payloadType: 8,
      telephoneEvent: 101,
      receives: new Map([
        [0, 'PCMU'],
        [8, 'PCMA'],
        [101, 'telephoneEvent'],
      ]),
      direction: 'sendrecv',
      remoteHold: false,
    },
    undefined,
  );
  return { made, wires, digits, clock };
}

it('packets that were mangled throw nothing, alone', () => {
  const view = new RtpView();
  fc.assert(
    fc.property(packets, bytes => {
      if (view.read(bytes)) {
        expect(view.start).toBeLessThanOrEqual(view.end);
        expect(view.end).toBeLessThanOrEqual(bytes.length);
      }
      if (bytes.length > 1) looksLikeRtcp(bytes);
      const read = decodeReport(bytes);
      expect(read === undefined || read.blocks.length <= 31).toBe(true);
    }),
    runs,
  );
});

it('a session that gets them, and relays what it takes, throws nothing and stays in order', () => {
  const delivery = fc.record({
    bytes: packets,
    rtcp: fc.boolean(),
    foreign: fc.nat({ max: 9 }),
    pause: fc.nat({ max: 700 }),
  });
  fc.assert(
    fc.property(fc.array(delivery, { minLength: 1, maxLength: 40 }), deliveries => {
      const clock = new VirtualClock(1_000_000);
      const pacer = new Pacer(clock, error => {
        throw error;
      });
      const counters = { received: 0, sent: 0, refused: 0, unusable: 0, excess: 0 };
      const context = { clock, pacer, counters, random: () => 0.5 };
      const [one, two] = [session(clock, context), session(clock, context)];
      one.made.forwardTo(two.made);
      two.made.forwardTo(one.made);
      for (const { bytes, rtcp, foreign, pause } of deliveries) {
        clock.advance(pause);
        const from = {
          ...remote,
          port: foreign === 0 ? 666 : remote.port,
          family: 'IPv4' as const,
          size: bytes.length,
        };
        (rtcp ? one.wires.rtcp : one.wires.rtp).events?.packet(bytes, from);
        one.made.housekeep(clock.now());
        two.made.housekeep(clock.now());
      }
      for (const number of [one.made.stats().received.packets, two.made.stats().sent.packets]) {
        expect(Number.isSafeInteger(number)).toBe(true);
      }
      expect(one.digits.join('')).toMatch(/^[0-9*#A-D]*$/);
      one.made.close();
      two.made.close();
    }),
    { numRuns: Math.ceil(runs.numRuns / 10) },
  );
});

it('a compound packet costs what it is long', () => {
  const bye = Buffer.from([0x80, 203, 0, 1, 0, 0, 0, 7]);
  const make = (size: number): Buffer =>
    Buffer.concat([report(true, false), ...Array<Buffer>(Math.floor(size / bye.length)).fill(bye)]);
  growsWithSizeAlone('RTCP', 65_536, make, decodeReport);
});

import { beforeEach, describe, expect, it } from 'vitest';
import { IncomingStream } from '../../../../src/embedded/rtp/stream/incoming.ts';
import { OutgoingStream } from '../../../../src/embedded/rtp/stream/outgoing.ts';
import { RtcpParty } from '../../../../src/embedded/rtp/stream/rtcpParty.ts';
import { compactNtp, decodeReport, encodeReport } from '../../../../src/embedded/rtp/wire/rtcpPacket.ts';
import { RtpView } from '../../../../src/embedded/rtp/wire/rtpPacket.ts';

const start = Date.UTC(2026, 0, 5, 9);
let incoming: IncomingStream;
let outgoing: OutgoingStream;
let chance: number;
let party: RtcpParty;

const send = (at: number): void => outgoing.frame(Buffer.alloc(172), 8, 160, at);

function hear(sequence: number, at: number): void {
  const view = Object.assign(new RtpView(), { sequence, timestamp: sequence * 160, ssrc: 55, start: 12, end: 172 });
  incoming.count(view, at, true);
}

beforeEach(() => {
  incoming = new IncomingStream();
  outgoing = new OutgoingStream(44, 0, 0);
  chance = 0.5;
  party = new RtcpParty(outgoing, incoming, 'me', () => chance, start);
});

describe('reports', () => {
  it('come every five seconds, more or less, the first one sooner', () => {
    send(start);
    expect(party.due(start + 2499)).toBeUndefined();
    chance = 0;
    expect(party.due(start + 2500)).toBeDefined();
    expect(party.due(start + 2500 + 2499)).toBeUndefined();
    chance = 0.999;
    expect(party.due(start + 5000)).toBeDefined();
    expect(party.due(start + 12_400)).toBeUndefined();
    expect(party.due(start + 12_500)).toBeDefined();
  });

  it('are not sent where there is nothing to report, and no goodbye either', () => {
    expect(party.due(start + 10_000)).toBeUndefined();
    expect(party.goodbye(start + 10_000)).toBeUndefined();
  });

  it('are of a sender while it sends, else of a receiver', () => {
    send(start);
    send(start + 20);
    hear(1, start);
    const first = party.due(start + 3000) as Buffer;
    expect(first[1]).toBe(200);
    expect(first.readUInt32BE(20)).toBe(2);
    expect(first.readUInt32BE(24)).toBe(320);
    // The timestamp that goes with the time of the report (RFC 3550, §6.4.1).
    expect(first.readUInt32BE(16)).toBe(160 + 2980 * 8);
    const second = party.due(start + 20_000) as Buffer;
    expect(second[1]).toBe(201);
    expect(decodeReport(second)).toMatchObject({ ssrc: 44, blocks: [{ ssrc: 55, lost: 0 }] });
  });

  it('end with a goodbye', () => {
    send(start);
    expect(decodeReport(party.goodbye(start) as Buffer)).toMatchObject({ ssrc: 44, bye: true });
  });

  it('of the far end say what it hears of us', () => {
    expect(party.remoteView).toEqual({ lost: null, jitter: null, roundTripTime: null });
    hear(1, start);
    const block = { fractionLost: 9, highestSequence: 7, jitter: 80, delay: 65_536 };
    const report = (ssrc: number, lost: number, lastReport: number): Buffer =>
      encodeReport({
        ssrc: 55,
        sender: { at: start, timestamp: 0, packets: 1, octets: 160 },
        reception: { ...block, ssrc, lost, lastReport },
        cname: 'it',
        bye: false,
      });
    expect(party.hear(report(99, 5, 0), start)).toBe(true);
    expect(party.remoteView.lost).toBeNull();
    expect(party.hear(report(44, 5, 0), start)).toBe(true);
    expect(party.remoteView).toEqual({ lost: 5, jitter: 10, roundTripTime: null });
    expect(party.hear(report(44, -2, compactNtp(start)), start + 1060)).toBe(true);
    expect(party.remoteView.lost).toBe(0);
    expect(party.remoteView.roundTripTime).toBeCloseTo(60, 1);
    // A report that measures nothing leaves what was measured.
    expect(party.hear(report(44, 0, 0), start + 2000)).toBe(true);
    expect(party.remoteView.roundTripTime).toBeCloseTo(60, 1);
    expect(party.hear(Buffer.from('rubbish!'), start)).toBe(false);
  });

  it('tell the far end when its last one came', () => {
    hear(1, start);
    const theirs = encodeReport({
      ssrc: 55,
      sender: { at: start, timestamp: 0, packets: 1, octets: 160 },
      reception: undefined,
      cname: 'it',
      bye: false,
    });
    party.hear(theirs, start + 100);
    const block = decodeReport(party.due(start + 3100) as Buffer)?.blocks[0];
    expect(block).toMatchObject({ lastReport: compactNtp(start), delay: 3 * 65_536 });
  });

  it('of somebody else do not', () => {
    hear(1, start);
    const other = encodeReport({
      ssrc: 66,
      sender: { at: start, timestamp: 0, packets: 1, octets: 160 },
      reception: undefined,
      cname: 'other',
      bye: false,
    });
    party.hear(other, start + 100);
    expect(decodeReport(party.due(start + 3100) as Buffer)?.blocks[0]).toMatchObject({ lastReport: 0, delay: 0 });
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../src/base/clock.ts';
import { linear } from '../../../../src/embedded/rtp/audio/g711.ts';
import { Playback } from '../../../../src/embedded/rtp/audio/playback.ts';
import type { Track } from '../../../../src/embedded/rtp/audio/track.ts';
import { Pacer } from '../../../../src/embedded/rtp/pace/pacer.ts';
import { RtpSession, type SessionContext } from '../../../../src/embedded/rtp/session.ts';
import type { PacketSocket, SocketEvents } from '../../../../src/embedded/rtp/socket/mediaSocket.ts';
import { decodeReport } from '../../../../src/embedded/rtp/wire/rtcpPacket.ts';
import { RtpView, writeHeader } from '../../../../src/embedded/rtp/wire/rtpPacket.ts';
import { writeEvent } from '../../../../src/embedded/rtp/wire/telephoneEvent.ts';
import type { AudioAgreement, AudioCodec, TransportAddress } from '../../../../src/media/sdp/agreement.ts';

interface Sent {
  readonly to: TransportAddress;
  readonly bytes: Buffer;
  readonly at: number;
}

/** A wire in memory. */
class WireSocket implements PacketSocket {
  readonly sent: Sent[] = [];
  connectedTo: TransportAddress | undefined;
  closed = false;
  private events: SocketEvents | undefined;

  listen(events: SocketEvents): void {
    this.events = events;
  }

  send(packet: Buffer, to: TransportAddress): void {
    expect(this.closed).toBe(false);
    this.sent.push({ to: this.connectedTo ?? to, bytes: Buffer.from(packet), at: clock.now() - start });
  }

  connect(to: TransportAddress): void {
    this.connectedTo = { address: to.address, port: to.port };
  }

  disconnect(): void {
    this.connectedTo = undefined;
  }

  close(): void {
    this.closed = true;
  }

  deliver(packet: Buffer, from: TransportAddress): void {
    this.events?.packet(packet, { ...from, family: 'IPv4', size: packet.length });
  }

  break(error: Error): void {
    this.events?.broken(error);
  }
}

let clock: VirtualClock;
let start: number;
let context: SessionContext & { readonly pacer: Pacer };

class Party {
  readonly rtp = new WireSocket();
  readonly rtcp = new WireSocket();
  readonly digits: string[] = [];
  readonly broken: string[] = [];
  readonly elsewhere: string[] = [];
  released = 0;
  readonly session = new RtpSession(
    context,
    { rtp: this.rtp, rtcp: this.rtcp, port: 10_000 },
    {
      digit: digit => this.digits.push(digit),
      elsewhere: ({ address, port }) => this.elsewhere.push(`${address}:${port}`),
      broken: error => this.broken.push(error.message),
    },
    () => {
      this.released++;
      this.rtp.close();
      this.rtcp.close();
    },
  );
  sequence = 500;
  timestamp = 7000;
  ssrc: number;
  readonly remote: TransportAddress;

  constructor(remotePort: number, agreement: Partial<AudioAgreement> = {}) {
    this.remote = { address: '192.0.2.1', port: remotePort };
    this.ssrc = remotePort;
    this.agree(agreement);
  }

  agree(agreement: Partial<AudioAgreement> = {}, admits?: (address: string) => boolean): void {
    this.session.agree(
      {
        remote: this.remote,
        remoteRtcp: { address: this.remote.address, port: this.remote.port + 1 },
        rtcpMux: false,
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
        ...agreement,
      },
      undefined,
      admits,
    );
  }

  /** A frame of one byte, 160 times, from the far end. */
  speak(byte: number, payloadType = 8, from = this.remote): void {
    this.sequence = (this.sequence + 1) & 0xffff;
    this.timestamp += 160;
    const packet = Buffer.alloc(172, byte);
    writeHeader(packet, 0, false, payloadType, this.sequence, this.timestamp, this.ssrc);
    this.rtp.deliver(packet, from);
  }

  press(event: number, duration: number, end = false, first = false, frozen = false): void {
    this.sequence = (this.sequence + 1) & 0xffff;
    if (first && !frozen) this.timestamp += 160;
    const packet = Buffer.alloc(16);
    writeHeader(packet, 0, first, 101, this.sequence, this.timestamp, this.ssrc);
    writeEvent(packet, 12, event, end, duration);
    this.rtp.deliver(packet, this.remote);
  }

  /** What went out since the last look: payload type, marker, and the first byte of the payload. */
  get heard(): string[] {
    return this.rtp.sent.splice(0).map(({ bytes }) => {
      const view = new RtpView();
      expect(view.read(bytes)).toBe(true);
      return `${view.payloadType}${view.marker ? '!' : ''}:${bytes[view.start]}`;
    });
  }
}

const track = (byte: number, frames: number): Track => {
  const bytes = new Uint8Array(frames * 160).fill(byte);
  return { samples: bytes.length, encoded: { PCMA: bytes, PCMU: new Uint8Array(bytes.length).fill(byte + 1) } };
};
const sound = (byte: number, frames: number, loop = false): Playback =>
  new Playback([{ track: track(byte, frames), samples: frames * 160 }], loop);

const isOneStream = (sent: readonly Sent[]): boolean => {
  const views = sent.map(({ bytes }) => {
    const view = new RtpView();
    view.read(bytes);
    return view;
  });
  return views.every((view, index) => {
    const before = views[index - 1];
    if (before === undefined) return true;
    const step = (view.timestamp - before.timestamp) | 0;
    return view.ssrc === before.ssrc && view.sequence === ((before.sequence + 1) & 0xffff) && step >= 0;
  });
};

beforeEach(() => {
  clock = new VirtualClock();
  start = clock.now();
  let seed = 0.1;
  context = {
    clock,
    pacer: new Pacer(clock, error => {
      throw error;
    }),
    counters: { received: 0, sent: 0, refused: 0, unusable: 0, excess: 0 },
    random: () => {
      seed = (seed * 7.13 + 0.17) % 1;
      return seed;
    },
  };
});

describe('a source', () => {
  it('is sent frame by frame, from now on, in the codec of the far end', () => {
    const party = new Party(4000);
    let over = 0;
    party.session.play(sound(40, 3), () => over++);
    expect(party.rtp.sent.map(({ to, at }) => [to.port, at])).toEqual([[4000, 0]]);
    clock.advance(50);
    expect([over, party.session.playing]).toEqual([0, true]);
    clock.advance(10);
    expect([over, party.session.playing]).toEqual([1, false]);
    clock.advance(1000);
    expect(party.rtp.sent.map(({ at }) => at)).toEqual([0, 20, 40]);
    expect(isOneStream(party.rtp.sent)).toBe(true);
    expect(party.heard).toEqual(['8!:40', '8:40', '8:40']);
    expect(context.pacer.streams).toBe(0);

    const other = new Party(4002, { codec: 'PCMU', payloadType: 0 });
    other.session.play(sound(40, 1), () => {});
    expect(other.heard).toEqual(['0!:41']);
  });

  it('is filled up with silence at its end', () => {
    const party = new Party(4000);
    party.session.play(new Playback([{ track: track(40, 1), samples: 100 }], false), () => {});
    const [first] = party.rtp.sent;
    expect([first?.bytes.length, first?.bytes[12 + 99], first?.bytes[12 + 100], first?.bytes[171]]).toEqual([
      172, 40, 0xd5, 0xd5,
    ]);
    clock.advance(100);
    expect(party.rtp.sent).toHaveLength(1);
  });

  it('takes the place of another one in the same rhythm', () => {
    const party = new Party(4000);
    let over = 0;
    party.session.play(sound(40, 100), () => over++);
    clock.advance(30);
    party.session.play(sound(50, 2), () => {});
    clock.advance(100);
    expect(party.rtp.sent.map(({ at }) => at)).toEqual([0, 20, 40, 60]);
    expect(party.heard).toEqual(['8!:40', '8:40', '8:50', '8:50']);
    expect(over).toBe(0);
  });

  it('that follows another one at once has no gap and no marker', () => {
    const party = new Party(4000);
    party.session.play(sound(40, 2), () => party.session.play(sound(50, 2), () => {}));
    clock.advance(200);
    expect(party.rtp.sent.map(({ at }) => at)).toEqual([0, 20, 40, 60]);
    expect(party.heard).toEqual(['8!:40', '8:40', '8:50', '8:50']);
  });

  it('after a pause begins a talkspurt where the clock is', () => {
    const party = new Party(4000);
    party.session.play(sound(40, 2), () => {});
    clock.advance(1000);
    party.session.play(sound(50, 1), () => {});
    const stamps = party.rtp.sent.map(({ bytes }) => bytes.readUInt32BE(4));
    expect(party.heard).toEqual(['8!:40', '8:40', '8!:50']);
    expect((stamps[2] as number) - (stamps[1] as number)).toBe(980 * 8);
  });

  it('stopped and begun anew does not come before its time', () => {
    const party = new Party(4000);
    party.session.play(sound(40, 100), () => {});
    clock.advance(5);
    party.session.stopPlaying();
    expect(context.pacer.streams).toBe(0);
    party.session.play(sound(50, 1), () => {});
    clock.advance(30);
    expect(party.rtp.sent.map(({ at }) => at)).toEqual([0, 20]);
  });

  it('goes on unheard while the far end holds, and begins a talkspurt after it', () => {
    const party = new Party(4000);
    party.session.play(sound(40, 10), () => {});
    clock.advance(20);
    party.agree({ direction: 'recvonly', remoteHold: true });
    clock.advance(60);
    party.agree({});
    clock.advance(200);
    expect(party.rtp.sent.map(({ at }) => at)).toEqual([0, 20, 100, 120, 140, 160, 180]);
    const stamps = party.rtp.sent.map(({ bytes }) => bytes.readUInt32BE(4));
    expect((stamps[2] as number) - (stamps[1] as number)).toBe(80 * 8);
    expect(party.heard.slice(1, 4)).toEqual(['8:40', '8!:40', '8:40']);
  });

  it('plays to the end though there is nobody to send it to', () => {
    const party = new Party(4000, { remote: undefined, remoteRtcp: undefined });
    let over = 0;
    party.session.play(sound(40, 3), () => over++);
    clock.advance(100);
    expect([over, party.rtp.sent.length]).toEqual([1, 0]);
  });
});

describe('a bridge', () => {
  const pair = (one: Partial<AudioAgreement> = {}, other: Partial<AudioAgreement> = {}): [Party, Party] => {
    const a = new Party(4000, one);
    const b = new Party(5000, other);
    a.session.forwardTo(b.session);
    b.session.forwardTo(a.session);
    return [a, b];
  };
  const toPcmu = (byte: number): number => {
    const level = linear.PCMA[byte] as number;
    const errors = Array.from(linear.PCMU, each => Math.abs(each - level));
    return errors.indexOf(Math.min(...errors));
  };

  it('sends on at once what comes in, both ways', () => {
    const [a, b] = pair();
    a.speak(40);
    expect(b.rtp.sent.map(({ to, at }) => [to.port, at])).toEqual([[5000, 0]]);
    expect(b.heard).toEqual(['8!:40']);
    b.speak(50);
    a.speak(41);
    expect([a.heard, b.heard]).toEqual([['8!:50'], ['8:41']]);
    expect(clock.armed).toBe(0);
  });

  it('crosses the codec where the two differ', () => {
    const [a, b] = pair({}, { codec: 'PCMU', payloadType: 0 });
    a.speak(0x95);
    b.speak(0x95, 0);
    expect(b.heard).toEqual([`0!:${toPcmu(0x95)}`]);
    expect(a.heard).toHaveLength(1);
  });

  it('leaves what comes in the codec of the other side alone, whatever was agreed on this side', () => {
    const [a, b] = pair({}, { codec: 'PCMU', payloadType: 0 });
    a.speak(0x95, 0);
    expect(b.heard).toEqual([`0!:${0x95}`]);
  });

  it('is one stream to the receiver, whatever comes between', () => {
    const [a, b] = pair();
    const step = (work: () => void): void => {
      work();
      clock.advance(20);
    };
    for (let n = 0; n < 3; n++) step(() => a.speak(40));
    b.session.play(sound(60, 3), () => {});
    for (let n = 0; n < 5; n++) step(() => a.speak(41));
    b.session.forwardTo(undefined);
    a.session.forwardTo(undefined);
    clock.advance(500);
    const c = new Party(6000);
    c.session.forwardTo(b.session);
    for (let n = 0; n < 2; n++) step(() => c.speak(70));
    expect(isOneStream(b.rtp.sent)).toBe(true);
    expect(b.heard).toEqual(['8!:40', '8:40', '8:40', '8!:60', '8:60', '8:60', '8!:41', '8:41', '8!:70', '8:70']);
  });

  it('shows no loss after a hold that hid packets', () => {
    const [a, b] = pair();
    a.speak(40);
    b.agree({ direction: 'recvonly', remoteHold: true });
    for (let n = 0; n < 200; n++) a.speak(40);
    expect(b.rtp.sent).toHaveLength(1);
    clock.advance(10_000);
    b.agree({});
    a.speak(41);
    expect(isOneStream(b.rtp.sent)).toBe(true);
    expect(b.heard).toEqual(['8!:40', '8!:41']);
  });

  it('shows no loss after a pause without a bridge', () => {
    const [a, b] = pair();
    a.speak(40);
    a.session.forwardTo(undefined);
    for (let n = 0; n < 200; n++) a.speak(40);
    clock.advance(10_000);
    a.session.forwardTo(b.session);
    a.speak(41);
    expect(isOneStream(b.rtp.sent)).toBe(true);
    expect(b.heard).toEqual(['8!:40', '8!:41']);
  });

  it('carries digits with the number of the other side, in order with the sound', () => {
    const [a, b] = pair({}, { telephoneEvent: 97 });
    a.speak(40);
    a.press(5, 160, false, true);
    a.press(5, 320);
    for (let n = 0; n < 3; n++) a.press(5, 480, true);
    a.speak(41);
    expect(a.digits).toEqual(['5']);
    expect(isOneStream(b.rtp.sent)).toBe(true);
    const sent = b.rtp.sent.map(({ bytes }) => bytes);
    expect(b.heard).toEqual(['8!:40', '97!:5', '97:5', '97:5', '97:5', '97:5', '8:41']);
    expect(new Set(sent.slice(1, 6).map(bytes => bytes.readUInt32BE(4))).size).toBe(1);
    expect(sent.slice(1, 6).map(bytes => bytes.readUInt16BE(14))).toEqual([160, 320, 480, 480, 480]);
  });

  it('closes the numbers over digits that the other side does not take', () => {
    const [a, b] = pair({}, { telephoneEvent: undefined });
    a.speak(40);
    a.press(5, 160, false, true);
    a.press(5, 320, true);
    a.speak(41);
    expect(a.digits).toEqual(['5']);
    expect(isOneStream(b.rtp.sent)).toBe(true);
    expect(b.heard).toEqual(['8!:40', '8:41']);
  });

  it.each([
    ['at 1, as at its start', 1, 160],
    ['at 1, with another clock', 1, 0x12345678],
    ['far back', 40_000, 99],
    ['by 2,000 ahead', 2581, 99],
  ])('is one stream without loss when the far end counts anew: %s', (_, sequence, timestamp) => {
    const [a, b] = pair();
    [a.sequence, a.timestamp] = [0, 0];
    const speak = (count: number, byte: number): void => {
      for (let n = 0; n < count; n++) {
        a.speak(byte);
        clock.advance(20);
      }
    };
    speak(80, 40);
    [a.sequence, a.timestamp] = [sequence - 1, timestamp - 160];
    speak(80, 41);
    const { sent } = b.rtp;
    expect(isOneStream(sent)).toBe(true);
    expect(sent.length).toBe(160);
    const times = sent.map(({ bytes }) => bytes.readUInt32BE(4));
    const steps = times.slice(1).map((time, index) => (time - (times[index] as number)) | 0);
    expect(steps.every(step => step >= 160 && step <= 480)).toBe(true);
    expect(b.heard.filter(packet => packet.endsWith(':41')).length).toBe(80);
    expect(a.session.stats().received.lost).toBe(0);
  });

  it.each(['PCMA', 'PCMU'] as const)('closes the numbers over comfort noise and unknown payload types (%s)', codec => {
    const [a, b] = pair({}, { codec });
    for (let n = 0; n < 50; n++) {
      a.speak(40);
      a.speak(70, n % 2 === 0 ? 13 : 97);
      clock.advance(20);
    }
    expect(b.rtp.sent.length).toBe(50);
    expect(isOneStream(b.rtp.sent)).toBe(true);
    expect([a.session.stats().received.lost, context.counters.unusable]).toEqual([0, 50]);
  });

  it('keeps a far end that sends comfort noise alone', () => {
    const [a] = pair();
    a.speak(40);
    for (let n = 0; n < 10; n++) {
      clock.advance(1000);
      a.speak(70, 13);
      a.session.housekeep(clock.now());
    }
    expect(a.rtp.connectedTo).toEqual(a.remote);
  });

  it('gives each press a timestamp of its own, though the far end repeats it', () => {
    const [a, b] = pair();
    a.speak(40);
    for (let n = 0; n < 3; n++) {
      clock.advance(300);
      a.press(5, 160, false, true, n > 0);
      a.press(5, 320);
      a.press(5, 480, true);
      a.press(5, 480, true);
    }
    clock.advance(300);
    a.timestamp += 7200;
    a.speak(41);
    const sent = [...b.rtp.sent];
    expect(a.digits).toEqual(['5', '5', '5']);
    expect(isOneStream(sent)).toBe(true);
    const stamps = sent.map(({ bytes }) => bytes.readUInt32BE(4));
    expect(new Set(stamps.slice(1, 13)).size).toBe(3);
    expect((stamps[5] as number) - (stamps[1] as number)).toBe(2400);
    expect((stamps[13] as number) - (stamps[9] as number)).toBeGreaterThan(0);
    const receiver = new Party(4000);
    for (const { bytes } of sent) receiver.rtp.deliver(bytes, receiver.remote);
    expect(receiver.digits).toEqual(['5', '5', '5']);
  });

  it('carries a press of a far end that has just counted anew', () => {
    const [a, b] = pair();
    for (let n = 0; n < 80; n++) {
      a.speak(40);
      clock.advance(20);
    }
    [a.sequence, a.timestamp] = [0, 0];
    a.press(7, 160, false, true);
    a.press(7, 320);
    a.press(7, 320, true);
    expect([a.digits, isOneStream(b.rtp.sent)]).toEqual([['7'], true]);
    expect(b.heard.slice(80)).toEqual(['101!:7', '101:7', '101:7']);
  });

  it('has timestamps that go on where those of the far end stand still, or go back', () => {
    const [a, b] = pair();
    for (let n = 0; n < 20; n++) {
      a.speak(40);
      if (n > 10) a.timestamp -= n === 15 ? 800 : 160;
      clock.advance(20);
    }
    const times = b.rtp.sent.map(({ bytes }) => bytes.readUInt32BE(4));
    expect(times.slice(1).every((time, index) => time - (times[index] as number) === 160)).toBe(true);
  });

  it('takes off what the receiver did not ask for: extensions, padding, contributing sources', () => {
    const [a, b] = pair();
    const packet = Buffer.concat([
      Buffer.from([0xb1, 8, 1, 2, 0, 0, 0, 1, 0, 0, 0, 2]),
      Buffer.from([9, 9, 9, 9, 0xbe, 0xde, 0, 1, 9, 9, 9, 9]),
      Buffer.alloc(160, 40),
      Buffer.from([0, 0, 3]),
    ]);
    a.rtp.deliver(packet, a.remote);
    const [sent] = b.rtp.sent;
    expect(sent?.bytes.length).toBe(172);
    expect([sent?.bytes[0], sent?.bytes[12], sent?.bytes[171]]).toEqual([0x80, 40, 40]);
  });
});

describe('who is heard', () => {
  it('is the far end, and the socket is connected to it', () => {
    const party = new Party(4000);
    expect(party.rtp.connectedTo).toBeUndefined();
    party.speak(40, 8, { address: '203.0.113.9', port: 4000 });
    expect([party.session.incoming.packets, context.counters.refused]).toEqual([0, 1]);
    party.speak(40);
    expect(party.rtp.connectedTo).toEqual(party.remote);
    expect(party.session.incoming.packets).toBe(1);
    // What a stranger sent before the socket was connected has waited in its buffer.
    party.speak(40, 8, { address: '203.0.113.9', port: 4000 });
    expect([party.session.incoming.packets, context.counters.refused]).toEqual([1, 2]);
  });

  it('gets our packets where it is, not where it says', () => {
    const party = new Party(4000);
    const elsewhere = { address: '192.0.2.1', port: 4444 };
    party.session.play(sound(40, 1, true), () => {});
    party.speak(40, 8, elsewhere);
    clock.advance(20);
    party.speak(40, 8, elsewhere);
    clock.advance(20);
    expect(party.rtp.sent.map(({ to }) => to.port)).toEqual([4000, 4000, 4444]);
    expect(party.rtp.connectedTo).toBeUndefined();
    for (let n = 0; n < 50; n++) party.speak(40, 8, elsewhere);
    expect(party.rtp.connectedTo).toEqual(elsewhere);
  });

  it('is heard from everywhere again when it falls silent, and connected when it is back', () => {
    const party = new Party(4000);
    party.speak(40);
    clock.advance(2000);
    party.session.housekeep(clock.now());
    expect(party.rtp.connectedTo).toEqual(party.remote);
    clock.advance(1);
    party.session.housekeep(clock.now());
    expect(party.rtp.connectedTo).toBeUndefined();
    party.speak(40);
    expect(party.rtp.connectedTo).toEqual(party.remote);
  });

  it('is nobody from an address that nothing explains, which is told once', () => {
    const party = new Party(4000);
    for (let n = 0; n < 24; n++) party.speak(40, 8, { address: '203.0.113.9', port: 4000 });
    party.speak(40, 8, { address: '203.0.113.10', port: 4000 });
    expect(party.elsewhere).toEqual([]);
    for (let n = 0; n < 60; n++) party.speak(40, 8, { address: '203.0.113.9', port: 4000 });
    for (let n = 0; n < 60; n++) party.speak(40, 8, { address: '203.0.113.11', port: 4000 });
    expect(party.elsewhere).toEqual(['203.0.113.9:4000']);
    expect(party.session.incoming.packets).toBe(0);
  });

  it('may be where the settings of its trunk admit it', () => {
    const party = new Party(4000);
    party.agree({}, address => address.startsWith('198.51.100.'));
    party.speak(40, 8, { address: '203.0.113.9', port: 4000 });
    party.speak(40, 8, { address: '203.0.113.9', port: 4000 });
    expect(party.session.incoming.packets).toBe(0);
    clock.advance(200);
    for (let n = 0; n < 3; n++) party.speak(40, 8, { address: '198.51.100.7', port: 7000 });
    expect(party.session.incoming.packets).toBe(2);
  });

  it('may move by a new description', () => {
    const party = new Party(4000);
    party.speak(40);
    party.session.play(sound(40, 1, true), () => {});
    const moved = { address: '192.0.2.77', port: 7000 };
    party.agree({ remote: moved });
    expect(party.rtp.connectedTo).toBeUndefined();
    clock.advance(20);
    expect(party.rtp.sent.map(({ to }) => to.port)).toEqual([4000, 7000]);
    party.speak(40, 8, moved);
    expect(party.rtp.connectedTo).toEqual(moved);
  });

  it.each([
    ['rubbish', Buffer.from('hello, is there anybody out there?')],
    ['nothing', Buffer.alloc(0)],
    ['a STUN request', Buffer.from('000100002112a442000000000000000000000000', 'hex')],
    ['a payload type that was not agreed on', Buffer.from('80120001000000010000000100', 'hex')],
    ['RTCP that was not to come here', Buffer.from('80c9000100000001', 'hex')],
  ])('is not %s', (_, packet) => {
    const [a, b] = [new Party(4000), new Party(5000)];
    a.session.forwardTo(b.session);
    a.rtp.deliver(packet, a.remote);
    expect([a.session.incoming.packets, b.rtp.sent.length, context.counters.unusable]).toEqual([0, 0, 1]);
    a.speak(40);
    expect(b.heard).toEqual(['8!:40']);
  });

  it('may echo our own packets', () => {
    const [a, b] = [new Party(4000), new Party(5000)];
    a.session.forwardTo(b.session);
    b.session.forwardTo(a.session);
    a.speak(40);
    b.rtp.deliver(b.rtp.sent[0]?.bytes as Buffer, b.remote);
    expect(a.heard).toEqual(['8!:40']);
  });

  it('is not led round in a circle', () => {
    const [a, b] = [new Party(4000), new Party(5000)];
    a.session.forwardTo(b.session);
    a.speak(40);
    a.rtp.deliver(b.rtp.sent[0]?.bytes as Buffer, a.remote);
    expect(b.heard).toEqual(['8!:40']);
  });

  it('is not heard beyond all reason', () => {
    const [a, b] = [new Party(4000), new Party(5000)];
    a.session.forwardTo(b.session);
    for (let n = 0; n < 300; n++) a.speak(40);
    expect([b.rtp.sent.length, context.counters.excess]).toEqual([250, 50]);
    a.session.housekeep(clock.now());
    a.speak(41);
    expect(b.heard.at(-1)).toMatch(/:41$/);
  });
});

describe('digits that we send', () => {
  it('are events in the rhythm of the frames, in place of the sound, and sound goes on after them', () => {
    const party = new Party(4000, { telephoneEvent: 97 });
    party.session.play(sound(40, 1, true), () => {});
    clock.advance(20);
    party.session.sendDigits('5', 40);
    expect(party.session.sendingDigits).toBe(true);
    clock.advance(180);
    expect(party.session.sendingDigits).toBe(false);
    party.session.stopPlaying();
    const sent = [...party.rtp.sent];
    expect(party.heard).toEqual(['8!:40', '8:40', '97!:5', '97:5', '97:5', '97:5', '8:40', '8:40']);
    expect(sent.map(({ at }) => at)).toEqual([0, 20, 40, 60, 80, 100, 180, 200]);
    expect(isOneStream(sent)).toBe(true);
    const stamps = sent.map(({ bytes }) => (bytes.readUInt32BE(4) - (sent[0]?.bytes.readUInt32BE(4) ?? 0)) / 160);
    expect(stamps).toEqual([0, 1, 2, 2, 2, 2, 9, 10]);
  });

  it('are heard by the other side of the wire as they were pressed', () => {
    const sender = new Party(4000);
    const receiver = new Party(4000);
    sender.session.sendDigits('12##A', 100);
    clock.advance(5000);
    for (const { bytes } of sender.rtp.sent) receiver.rtp.deliver(bytes, receiver.remote);
    expect(receiver.digits.join('')).toBe('12##A');
    expect(context.pacer.streams).toBe(0);
  });
});

describe('digits of a new source', () => {
  it('are not measured against those of the old one', () => {
    const party = new Party(4000);
    party.press(5, 160, false, true);
    party.press(5, 320, true);
    party.ssrc = 99;
    party.timestamp -= 4000;
    party.press(6, 160, false, true);
    expect(party.digits.join('')).toBe('56');
  });
});

describe('RTCP', () => {
  it('goes to the port after that of RTP, or where the description says', () => {
    const party = new Party(4000);
    party.speak(40);
    clock.advance(8000);
    party.session.housekeep(clock.now());
    expect(party.rtcp.sent.map(({ to }) => to)).toEqual([{ address: '192.0.2.1', port: 4001 }]);
    expect(decodeReport(party.rtcp.sent[0]?.bytes as Buffer)?.blocks).toHaveLength(1);
    party.agree({ remoteRtcp: { address: '192.0.2.1', port: 4999 } });
    clock.advance(8000);
    party.session.housekeep(clock.now());
    expect(party.rtcp.sent[1]?.to.port).toBe(4999);
  });

  it('goes where it comes from, and is believed of the far end alone', () => {
    const [party, other] = [new Party(4000), new Party(4000)];
    other.session.play(sound(40, 1), () => {});
    clock.advance(8000);
    other.session.housekeep(clock.now());
    const report = other.rtcp.sent[0]?.bytes as Buffer;
    party.rtcp.deliver(report, { address: '203.0.113.9', port: 9999 });
    expect(context.counters.refused).toBe(1);
    party.speak(40);
    party.rtcp.deliver(report, { address: '192.0.2.1', port: 4444 });
    party.session.housekeep(clock.now() + 8000);
    expect(party.rtcp.sent[0]?.to).toEqual({ address: '192.0.2.1', port: 4444 });
    party.rtcp.deliver(Buffer.from('rubbish'), { address: '192.0.2.1', port: 4445 });
    expect(context.counters.unusable).toBe(1);
  });

  it('shares the port of RTP where that was agreed on', () => {
    const party = new Party(4000, { rtcpMux: true, remoteRtcp: { address: '192.0.2.1', port: 4000 } });
    party.speak(40);
    clock.advance(8000);
    party.session.housekeep(clock.now());
    expect(party.rtcp.sent).toEqual([]);
    const report = party.rtp.sent[0]?.bytes as Buffer;
    expect(report[1]).toBe(201);
    party.rtp.deliver(report, party.remote);
    expect(context.counters.unusable).toBe(0);
  });

  it('says goodbye at the end', () => {
    const party = new Party(4000);
    party.session.play(sound(40, 1), () => {});
    party.session.close();
    expect(decodeReport(party.rtcp.sent[0]?.bytes as Buffer)?.bye).toBe(true);
  });
});

describe('statistics', () => {
  it('are null until they are measured', () => {
    const party = new Party(4000);
    expect(party.session.stats()).toEqual({
      received: { packets: 0, bytes: 0, lost: null, jitter: null, codec: null },
      sent: { packets: 0, bytes: 0, lost: null, jitter: null, codec: null },
      roundTripTime: null,
    });
    party.speak(40, 0);
    clock.advance(20);
    party.speak(40, 0);
    party.session.play(sound(40, 1), () => {});
    expect(party.session.stats()).toEqual({
      received: { packets: 2, bytes: 320, lost: 0, jitter: 0, codec: 'PCMU' },
      sent: { packets: 1, bytes: 160, lost: null, jitter: null, codec: 'PCMA' },
      roundTripTime: null,
    });
  });
});

describe('the end of a session', () => {
  it('leaves nothing behind, and is once', () => {
    const [a, b] = [new Party(4000), new Party(5000)];
    a.session.forwardTo(b.session);
    a.session.play(sound(40, 9), () => {});
    a.session.sendDigits('1', 100);
    a.session.close();
    a.session.close();
    expect([a.released, a.rtp.closed, a.rtcp.closed, context.pacer.streams, clock.armed]).toEqual([
      1,
      true,
      true,
      0,
      0,
    ]);
    a.session.play(sound(40, 9), () => {});
    a.session.sendDigits('1', 100);
    a.speak(40);
    expect([b.rtp.sent.length, context.pacer.streams]).toEqual([0, 0]);
  });

  it('is told when a socket breaks', () => {
    const party = new Party(4000);
    expect(party.broken).toEqual([]);
    party.rtcp.break(new Error('gone'));
    expect(party.broken).toEqual(['gone']);
  });
});

describe('a tap', () => {
  it('gets what is heard and what is spoken, in the law of each', () => {
    const [a, b] = [new Party(4000, { codec: 'PCMU', payloadType: 0 }), new Party(5000)];
    a.session.forwardTo(b.session);
    b.session.forwardTo(a.session);
    const got: string[] = [];
    const note =
      (what: string) =>
      (codec: AudioCodec, bytes: Uint8Array, from: number, to: number): void => {
        got.push(`${what} ${codec} ${bytes[from]} ${to - from}`);
      };
    a.session.tap = { heard: note('heard'), spoken: note('spoken') };
    a.speak(40, 0);
    b.speak(0xd5);
    a.session.play(sound(60, 1), () => {});
    clock.advance(20);
    expect(got).toEqual(['heard PCMU 40 160', 'spoken PCMU 254 160', 'spoken PCMU 61 160']);
  });
});

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/base/clock.ts';
import { isKozpontError, type KozpontError } from '../../../src/base/errors.ts';
import { encodeWav } from '../../../src/base/wav.ts';
import { linear } from '../../../src/embedded/rtp/audio/g711.ts';
import { ToneDetector } from '../../../src/embedded/rtp/audio/goertzel.ts';
import type { EmbeddedMediaOptions } from '../../../src/embedded/rtp/embeddedMedia.ts';
import { compactNtp, decodeReport, encodeReport } from '../../../src/embedded/rtp/wire/rtcpPacket.ts';
import type { MediaEndpoint } from '../../../src/media/port.ts';
import { type EmbeddedRig, embeddedMediaRig } from '../../support/embeddedMediaRig.ts';
import { freePorts } from '../../support/freePorts.ts';
import { type DescriptionOptions, isOneStream, RtpPeer } from '../../support/rtpPeer.ts';

let rig: EmbeddedRig;
let peers: RtpPeer[];

beforeEach(async () => {
  rig = await embeddedMediaRig();
  peers = [];
});
afterEach(async () => {
  await Promise.all(peers.map(peer => peer.close()));
  await rig.stop();
  expect([rig.server.endpoints, rig.server.metrics.sessions, rig.server.metrics.streams]).toEqual([0, 0, 0]);
  await expect.poll(() => rig.openSockets()).toBe(0);
});

/** Instead of the rig that every test gets. */
async function useRig(options: Partial<EmbeddedMediaOptions>): Promise<void> {
  await rig.stop();
  rig = await embeddedMediaRig(options);
}

async function peer(options: Parameters<typeof RtpPeer.open>[0] = {}): Promise<RtpPeer> {
  const opened = await RtpPeer.open(options);
  peers.push(opened);
  return opened;
}

interface Created {
  readonly endpoint: MediaEndpoint;
  readonly digits: string[];
  readonly gone: KozpontError[];
}

async function create(offer: string, signallingAddress?: string): Promise<Created> {
  const digits: string[] = [];
  const gone: KozpontError[] = [];
  const endpoint = await rig.server.createEndpoint({
    callId: 'call',
    legId: 'leg',
    offer,
    ...(signallingAddress === undefined ? {} : { signallingAddress }),
    events: { digit: digit => digits.push(digit), gone: error => gone.push(error) },
  });
  return { endpoint, digits, gone };
}

async function call(
  options: Parameters<typeof RtpPeer.open>[0] = {},
  description: DescriptionOptions = {},
): Promise<Created & { phone: RtpPeer }> {
  const phone = await peer(options);
  const created = await create(phone.describe(description));
  phone.talkTo(created.endpoint.localSdp);
  return { ...created, phone };
}

const tone = (name: 'ringback' | 'busy' | 'confirm'): { kind: 'tone'; tone: typeof name } => ({
  kind: 'tone',
  tone: name,
});

describe('what the far end receives', () => {
  it('is one stream, whatever it is made of', async () => {
    const a = await call({ tone: 500 });
    const b = await call({ tone: 650, law: 'PCMU' });
    const c = await call({ tone: 800 });
    expect(a.phone.received).toEqual([]);
    await a.endpoint.play([tone('confirm'), { kind: 'silence', duration: 30 }]);
    await a.endpoint.bridge(b.endpoint);
    await a.phone.hears(650);
    void a.endpoint.play([tone('ringback')], { loop: true });
    await a.phone.hears(425);
    await b.phone.press('1');
    await a.phone.hears(425);
    await a.endpoint.stop();
    await a.phone.hears(650);
    await b.phone.press('2');
    await a.endpoint.bridge(c.endpoint);
    await a.phone.hears(800);
    const { received } = a.phone;
    expect(isOneStream(received)).toBe(true);
    expect(a.phone.digits).toBe('2');
    expect(received[0]?.marker).toBe(true);
    // Two plays, three times a bridge (once it came back), and a press.
    expect(received.filter(packet => packet.marker).length).toBe(6);
    expect(received.every(packet => packet.payloadType === 8 || packet.payloadType === 101)).toBe(true);
    expect(received.every(packet => packet.bytes.length === (packet.payloadType === 8 ? 172 : 16))).toBe(true);
  });

  it('comes from the port that the description names', async () => {
    const { endpoint, phone } = await call({ tone: 500 });
    void endpoint.play([tone('ringback')], { loop: true });
    await phone.hears(425);
    const port = Number(/^m=audio (\d+)/m.exec(endpoint.localSdp)?.[1]);
    expect(new Set(phone.received.map(packet => packet.from.port))).toEqual(new Set([port]));
    expect(port % 2).toBe(0);
  });

  it('is a digit as a sound where the far end takes no events', async () => {
    const a = await call({ tone: 500 });
    const phone = await peer();
    const b = await create(phone.describe({ telephoneEvent: null }));
    phone.talkTo(b.endpoint.localSdp);
    await a.endpoint.bridge(b.endpoint);
    await phone.hears(500);
    await a.phone.press('6');
    const pairs: string[] = [];
    const detector = new ToneDetector([500, 697, 770, 852, 941, 1209, 1336, 1477, 1633], heard =>
      pairs.push(heard.join()),
    );
    let read = 0;
    await phone.until(() => {
      for (const { payload } of phone.received.slice(read)) detector.hear(payload, 0, payload.length, linear.PCMA);
      read = phone.received.length;
      return pairs.includes('770,1477');
    });
    await phone.hears(500);
    expect(a.digits).toEqual(['6']);
    expect(isOneStream(phone.received)).toBe(true);
  });
});

describe('a far end that counts anew with the same SSRC', () => {
  it.each([
    ['to 1', () => 1],
    ['by 2,000 back', (sequence: number) => sequence - 2000],
    ['by 2,000 ahead', (sequence: number) => sequence + 2000],
  ])('%s is heard without a gap', async (_, jump) => {
    const a = await call({ tone: 500 });
    const b = await call({ tone: 650 });
    await a.endpoint.bridge(b.endpoint);
    a.phone.sequence = 1;
    await b.phone.until(() => b.phone.received.length >= 80);
    const before = b.phone.received.length;
    a.phone.sequence = jump(a.phone.sequence) & 0xffff;
    await b.phone.until(() => b.phone.received.length >= before + 5);
    await b.phone.hears(500, 10);
    expect(isOneStream(b.phone.received)).toBe(true);
    await a.phone.press('7');
    await expect.poll(() => a.digits).toEqual(['7']);
    await b.phone.until(() => b.phone.digits === '7');
  });

  it('sends a digit twice with one timestamp, and it is two', async () => {
    const a = await call({ tone: 500 });
    const b = await call({ tone: 650 });
    await a.endpoint.bridge(b.endpoint);
    await b.phone.hears(500);
    for (let press = 0; press < 2; press++) {
      for (const [marker, end, duration] of [
        [true, false, 160],
        [false, false, 320],
        [false, true, 480],
        [false, true, 480],
      ] as const) {
        const payload = Buffer.from([5, end ? 0x8a : 0x0a, duration >> 8, duration & 255]);
        a.phone.raw(a.phone.packet(101, payload, marker, 123_456));
      }
      await new Promise(resolve => setTimeout(resolve, 300));
    }
    await expect.poll(() => a.digits).toEqual(['5', '5']);
    await b.phone.until(() => b.phone.digits === '55');
  });
});

describe('who is taken for the far end', () => {
  it('is not a stranger, before the far end speaks or after', async () => {
    const victim = await peer({ tone: 500 });
    const stranger = await peer({ tone: 1500, address: '127.0.0.2' });
    const other = await call({ tone: 800 });
    const { endpoint } = await create(victim.describe());
    await endpoint.bridge(other.endpoint);
    stranger.talkTo(endpoint.localSdp);
    // The other party's sound goes where the description says, however long the stranger knocks.
    await victim.hears(800, 8);
    expect(rig.server.metrics.packets.refused).toBeGreaterThan(0);
    victim.talkTo(endpoint.localSdp);
    await Promise.all([victim.hears(800, 8), other.phone.hears(500, 8)]);
    expect(stranger.received).toEqual([]);
    await stranger.press('1');
    await victim.hears(800);
  });

  it('is not at an address that nothing explains, which is told once; the settings may admit it', async () => {
    await useRig({ mediaFrom: signalling => (signalling === '127.0.0.9' ? from => from === '127.0.0.2' : undefined) });
    const described = await peer();
    const elsewhere = await peer({ tone: 500, address: '127.0.0.2' });
    const told: string[] = [];
    const refusing = await rig.server.createEndpoint({
      callId: 'call',
      legId: 'leg',
      offer: described.describe(),
      signallingAddress: '127.0.0.8',
      events: { digit: () => {}, gone: () => {}, elsewhere: source => told.push(source) },
    });
    elsewhere.talkTo(refusing.localSdp);
    await expect.poll(() => told).toEqual([`127.0.0.2:${elsewhere.port}`]);
    expect((await refusing.stats()).received.packets).toBe(0);
    const { endpoint } = await create(described.describe(), '127.0.0.9');
    elsewhere.talkTo(endpoint.localSdp);
    void endpoint.play([tone('ringback')], { loop: true });
    await elsewhere.hears(425);
    expect(told.length).toBe(1);
  });

  it('may be behind NAT: another port of its address', async () => {
    const phone = await peer({ tone: 500 });
    const { endpoint } = await create(phone.describe({ port: 9 }));
    phone.talkTo(endpoint.localSdp);
    void endpoint.play([tone('ringback')], { loop: true });
    await phone.hears(425);
  });

  it('may be behind NAT: the address of the signalling', async () => {
    const phone = await peer({ tone: 500, address: '127.0.0.3' });
    const { endpoint } = await create(phone.describe({ address: '10.1.2.3' }), '127.0.0.3');
    phone.talkTo(endpoint.localSdp);
    void endpoint.play([tone('ringback')], { loop: true });
    await phone.hears(425);
  });

  it('keeps its place when it names itself again, and may then move', async () => {
    const first = await peer({ tone: 500 });
    const { endpoint } = await create(first.describe({ port: 9 }));
    first.talkTo(endpoint.localSdp);
    void endpoint.play([tone('ringback')], { loop: true });
    await first.hears(425);
    await endpoint.answer(first.describe({ port: 9, version: 2 }));
    await first.hears(425);
    first.mute();
    const moved = await peer({ tone: 500 });
    await endpoint.answer(moved.describe({ port: 9, version: 3 }));
    moved.talkTo(endpoint.localSdp);
    await moved.hears(425);
  });
});

describe('a far end that misbehaves', () => {
  it('by rubbish on its port is heard all the same', async () => {
    const a = await call({ tone: 500 });
    const b = await call({ tone: 650 });
    await a.endpoint.bridge(b.endpoint);
    await b.phone.hears(500);
    for (let n = 0; n < 300; n++) {
      const rubbish = Buffer.alloc((n * 7) % 1700, n);
      if (n % 3 === 0 && rubbish.length > 0) rubbish[0] = 0x80 | (n & 0x3f);
      a.phone.raw(rubbish);
    }
    await b.phone.hears(500);
    expect(a.gone).toEqual([]);
  });

  it('by not being there is waited for', async () => {
    const phone = await peer({ tone: 500 });
    const offer = phone.describe();
    const { endpoint, gone } = await create(offer);
    phone.talkTo(endpoint.localSdp);
    void endpoint.play([tone('ringback')], { loop: true });
    await phone.hears(425);
    const { port } = phone;
    await phone.close();
    peers = [];
    // The port is closed: each packet comes back as an ICMP error on the connected socket.
    const sent = rig.server.metrics.packets.sent;
    await expect.poll(() => rig.server.metrics.packets.sent).toBeGreaterThan(sent + 10);
    expect(gone).toEqual([]);
    const back = createSocket('udp4');
    back.bind(port, '127.0.0.1');
    await once(back, 'message');
    back.close();
    await once(back, 'close');
  });
});

describe('reports', () => {
  it('measure the round trip, and what the far end hears', async () => {
    // The first report comes after half of half of five seconds.
    await useRig({ random: () => 0.001 });
    const { endpoint, phone } = await call({ tone: 500 });
    void endpoint.play([tone('ringback')], { loop: true });
    await phone.hears(425);
    expect((await endpoint.stats()).roundTripTime).toBeNull();
    const [report, from] = (await once(phone.rtcp, 'message')) as [Buffer, { port: number; address: string }];
    const theirs = decodeReport(report);
    expect(theirs?.blocks[0]).toMatchObject({ ssrc: phone.ssrc | 0, lost: 0 });
    expect(from.port % 2).toBe(1);
    const answer = encodeReport({
      ssrc: phone.ssrc | 0,
      sender: undefined,
      reception: {
        ssrc: theirs?.ssrc ?? 0,
        fractionLost: 0,
        lost: 3,
        highestSequence: 0,
        jitter: 16,
        lastReport: theirs?.sentAt ?? 0,
        delay: 0,
      },
      cname: 'peer',
      bye: false,
    });
    expect(compactNtp(Date.now()) - (theirs?.sentAt ?? 0)).toBeLessThan(65_536);
    phone.rtcp.send(answer, from.port, from.address);
    await expect.poll(async () => (await endpoint.stats()).roundTripTime).not.toBeNull();
    const stats = await endpoint.stats();
    expect(stats.sent).toMatchObject({ lost: 3, jitter: 2 });
    await endpoint.destroy();
    const [goodbye] = (await once(phone.rtcp, 'message')) as [Buffer];
    expect(decodeReport(goodbye)?.bye).toBe(true);
  });
});

describe('what is asked in the wrong moment', () => {
  it('is an answer to no offer of ours', async () => {
    const isInvalid = (error: unknown): boolean => isKozpontError(error, 'INVALID_SDP');
    const { endpoint, phone } = await call({ tone: 500 });
    await expect(endpoint.accept(phone.describe())).rejects.toSatisfy(isInvalid);
    await endpoint.offer();
    await endpoint.answer(phone.describe({ version: 2 }));
    await expect(endpoint.accept(phone.describe())).rejects.toSatisfy(isInvalid);
  });

  it('is a stop before the sound was read', async () => {
    const { endpoint, phone } = await call({ tone: 500 });
    const path = join(rig.folder, 'sound.wav');
    await writeFile(path, encodeWav({ sampleRate: 8000, channels: 1, samples: new Int16Array(8000) }));
    const first = endpoint.play([{ kind: 'file', path }], { loop: true });
    const second = endpoint.play([{ kind: 'file', path }], { loop: true });
    await endpoint.stop();
    expect(await Promise.all([first, second])).toEqual(['stopped', 'stopped']);
    // By now both have been read.
    expect(await endpoint.play([{ kind: 'file', path: join(rig.folder, 'none.wav') }])).toBe('failed');
    await expect.poll(() => rig.server.metrics.soundCache).toBe(16_000);
    expect(rig.server.metrics.streams).toBe(0);
    expect(phone.received).toEqual([]);
  });

  it('is a recording of what is recorded already', async () => {
    const { endpoint } = await call({ tone: 500 });
    const isFailed = (error: unknown): boolean => isKozpontError(error, 'RECORDING_FAILED');
    const recording = await endpoint.record(join(rig.folder, 'one.wav'));
    await expect(endpoint.record(join(rig.folder, 'two.wav'))).rejects.toSatisfy(isFailed);
    await recording.stop();
    await (await endpoint.record(join(rig.folder, 'two.wav'))).stop();
  });

  it('is a bridge to itself, or to an endpoint of another server', async () => {
    const { endpoint } = await call({ tone: 500 });
    const isUnavailable = (error: unknown): boolean => isKozpontError(error, 'MEDIA_UNAVAILABLE');
    await expect(endpoint.bridge(endpoint)).rejects.toSatisfy(isUnavailable);
    await expect(endpoint.bridge({ ...endpoint })).rejects.toSatisfy(isUnavailable);
  });
});

describe('timers', () => {
  it('are none when there is no endpoint', async () => {
    const clock = new VirtualClock();
    await useRig({ clock });
    const phone = await peer();
    expect(clock.armed).toBe(0);
    const [one, two] = [await create(phone.describe()), await create(phone.describe())];
    void one.endpoint.play([tone('ringback')], { loop: true });
    const recording = await two.endpoint.record(join(rig.folder, 'a.wav'));
    clock.advance(10_000);
    expect(clock.armed).toBe(3);
    await recording.stop();
    await one.endpoint.destroy();
    expect(clock.armed).toBe(1);
    await two.endpoint.destroy();
    expect(clock.armed).toBe(0);
    const three = await create(phone.describe());
    expect(clock.armed).toBe(1);
    await three.endpoint.destroy();
    expect(clock.armed).toBe(0);
  });
});

describe('ports', () => {
  const isExhausted = (error: unknown): boolean => isKozpontError(error, 'PORTS_EXHAUSTED');

  it('run out with a clear error, rest, and come back', async () => {
    await useRig({ ports: await freePorts(4), rest: 100 });
    const phone = await peer();
    const one = await create(phone.describe());
    await create(phone.describe());
    expect(rig.server.metrics.ports).toEqual({ free: 0, resting: 0 });
    await expect(create(phone.describe())).rejects.toSatisfy(isExhausted);
    await one.endpoint.destroy();
    expect(rig.server.metrics.ports).toEqual({ free: 0, resting: 1 });
    await expect(create(phone.describe())).rejects.toSatisfy(isExhausted);
    await expect.poll(() => rig.server.metrics.ports).toEqual({ free: 1, resting: 0 });
    await create(phone.describe());
    expect(rig.server.endpoints).toBe(2);
  });

  it('that are held by another program are passed over', async () => {
    const other = createSocket('udp4');
    const ports = await freePorts(2);
    other.bind(ports.to, '127.0.0.1');
    await once(other, 'listening');
    await useRig({ ports, rest: 0 });
    const phone = await peer();
    await expect(create(phone.describe())).rejects.toSatisfy(isExhausted);
    other.close();
    await once(other, 'close');
    const { endpoint } = await create(phone.describe());
    expect(endpoint.localSdp).toContain(`m=audio ${ports.from} `);
  });

  it('are not used up by offers that are no good', async () => {
    await useRig({ ports: await freePorts(2), rest: 60_000 });
    const phone = await peer();
    for (let n = 0; n < 10; n++) {
      await expect(create(phone.describe({ address: '224.0.0.1' }))).rejects.toSatisfy((error: unknown) =>
        isKozpontError(error, 'INVALID_SDP'),
      );
    }
    expect(rig.server.metrics.ports).toEqual({ free: 1, resting: 0 });
    await create(phone.describe());
  });

  it('of an address that is not ours say so', async () => {
    await useRig({ bind: '192.0.2.1' });
    const phone = await peer();
    await expect(create(phone.describe())).rejects.toSatisfy(
      (error: unknown) => isKozpontError(error, 'MEDIA_UNAVAILABLE') && error.message.includes('192.0.2.1:'),
    );
  });
});

describe('the end of the server', () => {
  it('is told to every endpoint, and takes no new one', async () => {
    const { endpoint, gone, phone } = await call({ tone: 500 });
    const played = endpoint.play([tone('ringback')], { loop: true });
    await phone.hears(425);
    expect(gone).toEqual([]);
    await rig.server.close();
    expect(gone.map(error => error.code)).toEqual(['MEDIA_UNAVAILABLE']);
    expect(await played).toBe('stopped');
    await expect(create(phone.describe())).rejects.toSatisfy((error: unknown) =>
      isKozpontError(error, 'MEDIA_UNAVAILABLE'),
    );
    expect(rig.server.endpoints).toBe(0);
  });

  it('while an endpoint is made leaves none behind', async () => {
    const phone = await peer();
    const creating = create(phone.describe());
    const closing = rig.server.close();
    const outcome = await creating.then(
      ({ gone }) => gone.map(error => error.code),
      (error: unknown) => [(error as KozpontError).code],
    );
    await closing;
    expect(outcome).toEqual(['MEDIA_UNAVAILABLE']);
  });
});

describe('an event that is not handled', () => {
  it('stops no packet', async () => {
    const phone = await peer({ tone: 500 });
    const endpoint = await rig.server.createEndpoint({
      callId: 'call',
      legId: 'leg',
      offer: phone.describe(),
      events: {
        digit: () => {
          throw new Error('not handled');
        },
        gone: () => {},
      },
    });
    phone.talkTo(endpoint.localSdp);
    await phone.press('1');
    void endpoint.play([tone('ringback')], { loop: true });
    await phone.hears(425);
  });
});

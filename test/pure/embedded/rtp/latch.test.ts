import { beforeEach, describe, expect, it } from 'vitest';
import { Latch, type Verdict } from '../../../../src/embedded/rtp/stream/latch.ts';

const described = { address: '192.0.2.1', port: 4000 };
const private_ = { address: '192.168.1.5', port: 4000 };
const stranger = '203.0.113.66';

let latch: Latch;
let now: number;
const sequences = new Map<string, number>();

interface Packet {
  readonly ssrc?: number;
  readonly sequence?: number;
  readonly after?: number;
}

/** The next packet of a source, 20 ms after the last one of anybody. */
function hear(address: string, port: number, { ssrc = 7, sequence, after = 20 }: Packet = {}): Verdict {
  now += after;
  const key = `${address}:${port}/${ssrc}`;
  const next = sequence ?? (sequences.get(key) ?? 100) + 1;
  sequences.set(key, next);
  return latch.hear(address, port, { ssrc, sequence: next & 0xffff }, now);
}

const hearMany = (count: number, address: string, port: number, more: Packet = {}): Verdict[] =>
  Array.from({ length: count }, () => hear(address, port, more));

beforeEach(() => {
  latch = new Latch();
  now = 1_000_000;
  sequences.clear();
});

describe('before anything was agreed on', () => {
  it('nobody is heard, and nothing sent', () => {
    expect(hearMany(9, '192.0.2.1', 4000)).toEqual(Array(9).fill('refused'));
    expect([latch.target, latch.closed]).toEqual([undefined, false]);
  });
});

describe('rule 1: the described source', () => {
  it('settles it with its first packet', () => {
    latch.renegotiate(described, undefined);
    expect([latch.state.kind, latch.target, latch.closed]).toEqual(['waiting', described, false]);
    expect(hear('192.0.2.1', 4000)).toBe('moved');
    expect(latch.state.kind).toBe('settled');
    expect(latch.target).toMatchObject(described);
    expect(latch.closed).toBe(true);
    expect(hear('192.0.2.1', 4000)).toBe('heard');
  });

  it('goes before a candidate', () => {
    latch.renegotiate(described, undefined);
    hear('192.0.2.1', 4444);
    expect(latch.state.kind).toBe('candidate');
    expect(hear('192.0.2.1', 4000)).toBe('moved');
    expect(latch.target).toMatchObject(described);
  });
});

describe('rule 2: behind NAT', () => {
  it.each([
    ['another port of the described address', described, undefined, '192.0.2.1', 2],
    ['the address of the signalling', described, '198.51.100.9', '198.51.100.9', 2],
    ['the address of the signalling, for a private one', private_, '198.51.100.9', '198.51.100.9', 2],
    ['a public address for a private one', private_, undefined, '198.51.100.9', 5],
  ])('believes %s after some packets in a row', (_, description, signalling, source, needed) => {
    latch.renegotiate(description, signalling);
    expect(hearMany(needed - 1, source, 5555)).toEqual(Array(needed - 1).fill('refused'));
    expect(latch.target).toEqual(description);
    expect(hear(source, 5555)).toBe('moved');
    expect(latch.target).toMatchObject({ address: source, port: 5555 });
    expect([latch.state.kind, latch.closed]).toEqual(['probation', false]);
  });

  it('wants them in a row, of one stream', () => {
    latch.renegotiate(described, undefined);
    expect(hear('192.0.2.1', 4444, { sequence: 5 })).toBe('refused');
    expect(hear('192.0.2.1', 4444, { sequence: 7 })).toBe('refused');
    expect(hear('192.0.2.1', 4444, { sequence: 8, ssrc: 9 })).toBe('refused');
    expect(hear('192.0.2.1', 4444, { sequence: 9, ssrc: 9 })).toBe('moved');
  });

  it('takes the next candidate when the first one pauses, not while it sends', () => {
    latch.renegotiate(described, undefined);
    hear('192.0.2.1', 4444);
    expect(hear('192.0.2.1', 5555)).toBe('refused');
    expect(hear('192.0.2.1', 5555)).toBe('refused');
    expect(hear('192.0.2.1', 5555, { after: 100 })).toBe('refused');
    expect(hear('192.0.2.1', 5555)).toBe('moved');
    expect(latch.target).toMatchObject({ port: 5555 });
  });
});

describe('rule 3: a stranger', () => {
  it.each([
    ['for a public description', described, undefined],
    ['for a public description, with the signalling known', described, '198.51.100.9'],
    ['for a private description, with the signalling known', private_, '198.51.100.9'],
  ])('is never believed %s', (_, description, signalling) => {
    latch.renegotiate(description, signalling);
    expect(new Set(hearMany(500, stranger, 4000))).toEqual(new Set(['refused']));
    expect(latch.target).toEqual(description);
    expect(hear(description.address, description.port)).toBe('moved');
  });

  it('in the same private network is never believed', () => {
    latch.renegotiate(private_, undefined);
    expect(new Set(hearMany(100, '192.168.1.66', 4000))).toEqual(new Set(['refused']));
  });

  it('is not heard once somebody is believed', () => {
    latch.renegotiate(described, undefined);
    hear('192.0.2.1', 4000);
    expect(new Set(hearMany(100, stranger, 4000, { after: 1 }))).toEqual(new Set(['refused']));
    expect(new Set(hearMany(100, '192.0.2.1', 4002, { after: 1 }))).toEqual(new Set(['refused']));
    expect(hear('192.0.2.1', 4000)).toBe('heard');
  });
});

describe('rule 4: probation', () => {
  beforeEach(() => {
    latch.renegotiate(described, undefined);
    hearMany(2, '192.0.2.1', 4444);
    expect(latch.state.kind).toBe('probation');
  });

  it('ends when the described source speaks up after all', () => {
    hearMany(10, '192.0.2.1', 4444);
    expect(hear('192.0.2.1', 4000)).toBe('moved');
    expect(latch.target).toMatchObject(described);
    expect(latch.closed).toBe(true);
    expect(hear('192.0.2.1', 4444)).toBe('refused');
  });

  it('is passed by a second of packets', () => {
    expect(new Set(hearMany(49, '192.0.2.1', 4444))).toEqual(new Set(['heard']));
    expect([latch.state.kind, latch.closed]).toEqual(['probation', false]);
    expect(hear('192.0.2.1', 4444)).toBe('moved');
    expect([latch.state.kind, latch.closed]).toEqual(['settled', true]);
    expect(hear('192.0.2.1', 4000)).toBe('refused');
  });

  it('is over when the source falls silent', () => {
    expect(latch.pause(now + 2000)).toBe(false);
    expect(latch.state.kind).toBe('probation');
    expect(latch.pause(now + 2001)).toBe(false);
    expect(latch.state.kind).toBe('waiting');
  });

  it('admits nobody else while the source sends', () => {
    for (let n = 0; n < 10; n++) {
      expect(hear('192.0.2.1', 5555)).toBe('refused');
      expect(hear('192.0.2.1', 4444)).toBe('heard');
    }
    expect(latch.target).toMatchObject({ port: 4444 });
  });

  it('admits another one by rule 2 when the source pauses', () => {
    hear('192.0.2.1', 4444);
    expect(hear('192.0.2.1', 5555, { after: 200 })).toBe('refused');
    expect(hear('192.0.2.1', 5555)).toBe('moved');
    expect(latch.target).toMatchObject({ port: 5555 });
  });
});

describe('a new description that changes nothing', () => {
  const home = { address: '203.0.113.1', port: 5000 };

  beforeEach(() => {
    latch.renegotiate(private_, home.address);
    hearMany(60, home.address, home.port);
    expect(latch.state.kind).toBe('settled');
    latch.renegotiate(private_, home.address);
    expect([latch.state.kind, latch.target?.address, latch.closed]).toEqual(['waiting', home.address, false]);
  });

  it('leaves the source where it is, on probation', () => {
    expect(hear(home.address, home.port)).toBe('moved');
    expect([latch.state.kind, latch.target?.port]).toEqual(['probation', home.port]);
    hearMany(50, home.address, home.port);
    expect(latch.closed).toBe(true);
  });

  it('lets it move though a last packet was still on its way', () => {
    hear(home.address, home.port);
    const heard = hearMany(20, home.address, 6000);
    expect(heard.filter(verdict => verdict === 'refused').length).toBeLessThan(12);
    expect(latch.target).toMatchObject({ address: home.address, port: 6000 });
  });

  it('lets no stranger in', () => {
    hear(home.address, home.port);
    expect(new Set(hearMany(200, stranger, 6000))).toEqual(new Set(['refused']));
    expect(latch.target).toMatchObject(home);
  });
});

describe('rule 5: a settled source', () => {
  beforeEach(() => {
    latch.renegotiate(described, undefined);
    hearMany(10, '192.0.2.1', 4000);
    expect(latch.state.kind).toBe('settled');
  });

  it('is kept while it sends', () => {
    expect(latch.pause(now + 2000)).toBe(false);
    expect(latch.state.kind).toBe('settled');
  });

  const fallSilent = (): void => {
    now += 2001;
    expect(latch.pause(now)).toBe(true);
    expect([latch.state.kind, latch.closed]).toEqual(['silent', false]);
    expect(latch.target).toMatchObject(described);
  };

  it('comes back after a silence', () => {
    fallSilent();
    expect(hear('192.0.2.1', 4000)).toBe('moved');
    expect(latch.state.kind).toBe('settled');
  });

  it('has an heir in the same stream from elsewhere, after a silence', () => {
    expect(new Set(hearMany(20, '198.51.100.1', 6000, { after: 1, sequence: 111 }))).toEqual(new Set(['refused']));
    fallSilent();
    sequences.set('198.51.100.1:6000/7', 210);
    expect(hearMany(4, '198.51.100.1', 6000)).toEqual(Array(4).fill('refused'));
    expect(latch.target).toMatchObject(described);
    expect(hear('198.51.100.1', 6000)).toBe('moved');
    expect([latch.state.kind, latch.target?.address]).toEqual(['settled', '198.51.100.1']);
  });

  it.each([
    ['another SSRC', { ssrc: 8 }, 210],
    ['numbers from before', {}, 50],
    ['numbers that are too far ahead', {}, 5000],
  ])('has no heir with %s', (_, more, sequence) => {
    fallSilent();
    sequences.set(`198.51.100.1:6000/${'ssrc' in more ? more.ssrc : 7}`, sequence);
    expect(new Set(hearMany(50, '198.51.100.1', 6000, { ...more, after: 1 }))).toEqual(new Set(['refused']));
    expect(hear('192.0.2.1', 4000)).toBe('moved');
  });

  it('has no heir that begins with the SSRC and goes on with another', () => {
    fallSilent();
    sequences.set('198.51.100.1:6000/7', 210);
    hear('198.51.100.1', 6000);
    expect(new Set(hearMany(50, '198.51.100.1', 6000, { ssrc: 8 }))).toEqual(new Set(['refused']));
  });

  it('moves by a new description', () => {
    latch.renegotiate({ address: '192.0.2.2', port: 4002 }, undefined);
    expect([latch.target?.address, latch.closed]).toEqual(['192.0.2.2', false]);
    expect(hear('192.0.2.1', 4000)).toBe('refused');
    expect(hear('192.0.2.2', 4002)).toBe('moved');
  });

  it('stays through a hold without an address', () => {
    latch.renegotiate(undefined, undefined);
    expect([latch.state.kind, latch.target?.port]).toEqual(['settled', 4000]);
  });
});

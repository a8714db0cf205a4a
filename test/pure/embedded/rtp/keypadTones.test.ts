import { describe, expect, it } from 'vitest';
import { encode, linear } from '../../../../src/embedded/rtp/audio/g711.ts';
import { KeypadTones } from '../../../../src/embedded/rtp/audio/keypadTones.ts';
import { Keypad } from '../../../../src/embedded/rtp/stream/keypad.ts';
import { RtpView } from '../../../../src/embedded/rtp/wire/rtpPacket.ts';
import { writeEvent } from '../../../../src/embedded/rtp/wire/telephoneEvent.ts';
import type { AudioCodec } from '../../../../src/media/sdp/agreement.ts';
import { seededRandom } from '../../../support/random.ts';

const keys = '123A456B789C*0#D';
const rows = [697, 770, 852, 941];
const columns = [1209, 1336, 1477, 1633];
const random = seededRandom(23);
const gauss = (): number => Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());

interface Tone {
  /** Milliseconds. */
  readonly lasts?: number;
  /** Of the stronger of the two, dBm0. */
  readonly level?: number;
  /** By how much the higher one is stronger, dB. */
  readonly twist?: number;
  /** Part of the frequency, in either direction. */
  readonly deviation?: number;
  /** Noise under it, dB. */
  readonly snr?: number;
}

const amplitude = (level: number): number => 32_767 * 10 ** ((level - 3) / 20);

function tone(key: string, { lasts = 40, level = -10, twist = 0, deviation = 0, snr = 60 }: Tone): Float64Array {
  const at = keys.indexOf(key);
  const aside = (): number => 1 + (random() < 0.5 ? deviation : -deviation);
  const low = amplitude(level - Math.max(0, twist));
  const high = amplitude(level - Math.max(0, -twist));
  const noise = Math.sqrt((low ** 2 + high ** 2) / 2 / 10 ** (snr / 10));
  const [lower, higher] = [(rows[at >> 2] as number) * aside(), (columns[at & 3] as number) * aside()];
  const phase = 2 * Math.PI * random();
  const sine = (frequency: number, sample: number): number =>
    Math.sin((2 * Math.PI * frequency * sample) / 8000 + phase);
  return Float64Array.from(
    { length: lasts * 8 },
    (_, sample) => low * sine(lower, sample) + high * sine(higher, sample) + noise * gauss(),
  );
}

const silence = (lasts: number): Float64Array => new Float64Array(Math.round(lasts * 8));

/** The keys that are heard in it, frame by frame. */
function heard(codec: AudioCodec, ...parts: readonly Float64Array[]): string {
  const samples = Int16Array.from(
    parts.flatMap(part => [...part]),
    sample => Math.max(-32_768, Math.min(32_767, Math.round(sample))),
  );
  const bytes = new Uint8Array(samples.length);
  encode(codec, samples, bytes, 0, bytes.length);
  let all = '';
  const tones = new KeypadTones(digit => {
    all += digit;
  });
  for (let at = 0; at < bytes.length; at += 160) tones.hear(bytes, at, Math.min(at + 160, bytes.length), linear[codec]);
  return all;
}

/** Of each key in both laws, begun anywhere: how many were heard once, and how many as something else or twice. */
function count(options: Tone): { right: number; wrong: number; all: number } {
  const result = { right: 0, wrong: 0, all: 0 };
  for (const key of keys) {
    for (let round = 0; round < 10; round++) {
      const codec = round % 2 === 0 ? 'PCMA' : 'PCMU';
      const got = heard(codec, silence(20 + 20 * random()), tone(key, options), silence(80));
      result.all++;
      if (got === key) result.right++;
      else if (got !== '') result.wrong++;
    }
  }
  return result;
}

describe('the tones of a key', () => {
  it.each<[string, Tone]>([
    ['for 40 ms', {}],
    ['as loud as can be', { level: -3 }],
    ['at -25 dBm0', { level: -25 }],
    ['at -33 dBm0', { level: -33 }],
    ['the higher one stronger by 8 dB', { twist: 8 }],
    ['the higher one weaker by 4 dB', { twist: -4 }],
    ['1.5 % aside', { deviation: 0.015 }],
    ['1.5 % aside, the higher one weaker by 4 dB', { deviation: 0.015, twist: -4 }],
    ['with noise 15 dB under them', { snr: 15 }],
    ['with noise 15 dB under them, 1.5 % aside', { snr: 15, deviation: 0.015, lasts: 60 }],
    ['for a second, with noise', { lasts: 1000, snr: 20 }],
  ])('are heard once %s', (_, options) => {
    const { right, all } = count(options);
    expect(right).toBe(all);
  });

  it.each<[string, Tone]>([
    ['for 20 ms', { lasts: 20 }],
    ['too weak', { level: -45, lasts: 100 }],
    ['3.5 % aside', { deviation: 0.035, lasts: 100 }],
    ['the higher one stronger by 13 dB', { twist: 13, lasts: 100 }],
    ['the higher one weaker by 9 dB', { twist: -9, lasts: 100 }],
  ])('are none %s', (_, options) => {
    expect(count(options)).toMatchObject({ right: 0, wrong: 0 });
  });

  it('are told one after the other, the same key too', () => {
    const number = '0012*33#D';
    const parts = [...number].flatMap(key => [tone(key, { lasts: 50 }), silence(40)]);
    expect(heard('PCMA', ...parts)).toBe(number);
  });

  it('are one press though they are interrupted for 10 ms', () => {
    expect(heard('PCMA', tone('5', { lasts: 60 }), silence(10), tone('5', { lasts: 60 }))).toBe('5');
  });

  it('are none where only one of them sounds, or a third one with them', () => {
    const alone = tone('5', { lasts: 200, twist: 60 });
    const third = tone('5', { lasts: 200 }).map((sample, at) => sample + amplitude(-10) * Math.sin(at * 0.7));
    expect([heard('PCMA', alone), heard('PCMA', third), heard('PCMU', tone('5', { lasts: 200, snr: 0 }))]).toEqual([
      '',
      '',
      '',
    ]);
  });

  it('are hardly ever in what is purer than a voice: harmonics of a gliding pitch through gliding formants', () => {
    let keysInAll = '';
    for (let voice = 0; voice < 60; voice++) {
      let phase = 0;
      const base = 80 + random() * 250;
      const speech = Float64Array.from({ length: 24_000 }, (_, at) => {
        const pitch = base * (1 + 0.2 * Math.sin(at / 1500));
        phase += (2 * Math.PI * pitch) / 8000;
        const formants = [500 + 250 * Math.sin(at / 700), 1300 + 400 * Math.sin(at / 1100 + 1), 2500];
        let sum = 0;
        for (let harmonic = 1; harmonic * pitch < 3400; harmonic++) {
          const gain = formants.reduce(
            (all, formant) => all + 1 / (1 + ((harmonic * pitch - formant) / 60) ** 2),
            0.02,
          );
          // The source falls by 12 dB an octave, and the mouth gives back 6.
          sum += (gain / harmonic) * Math.sin(harmonic * phase);
        }
        return 8000 * sum;
      });
      keysInAll += heard('PCMA', speech);
    }
    // In three minutes. In the speech of `talkOff.test.ts` there are none.
    expect(keysInAll.length).toBeLessThan(6);
  });
});

describe('the keypad of a far end', () => {
  const told: string[] = [];
  let keypad: Keypad;
  let now = 0;
  let sequence = 0;

  const view = (start: number, end: number, timestamp: number): RtpView =>
    Object.assign(new RtpView(), { ssrc: 1, sequence: ++sequence, timestamp, start, end });

  function begin(): void {
    told.length = 0;
    keypad = new Keypad((digit, way) => told.push(`${way} ${digit}`));
    keypad.listenToTones();
  }

  function sing(key: string, lasts: number, at: number): void {
    const bytes = Buffer.alloc(lasts * 8);
    encode('PCMA', Int16Array.from(key === '' ? silence(lasts) : tone(key, { lasts })), bytes, 0, bytes.length);
    for (let from = 0; from < bytes.length; from += 160) {
      now = at + from / 8;
      keypad.hearSound('PCMA', bytes, view(from, from + 160, now * 8), 'next', 1, now);
    }
  }

  function press(event: number, at: number): void {
    now = at;
    const packet = Buffer.alloc(16);
    writeEvent(packet, 12, event, false, 160);
    const digit = keypad.hearEvent(packet, view(12, 16, at * 8), 'next', now);
    if (digit !== undefined) keypad.tell(digit, now);
  }

  it('is heard by its tones until events come, and no press twice', () => {
    begin();
    sing('5', 100, 1000);
    sing('', 60, 1100);
    sing('6', 100, 2000);
    press(6, 2120);
    sing('7', 100, 3000);
    press(7, 3020);
    press(6, 4000);
    expect(told).toEqual(['tone 5', 'tone 6', 'event 7', 'event 6']);
  });

  it('is heard by an event of another key than the tone before it', () => {
    begin();
    sing('5', 100, 1000);
    press(6, 1120);
    expect(told).toEqual(['tone 5', 'event 6']);
  });

  it('is heard by its tones again where no events are agreed on any more', () => {
    begin();
    press(6, 1000);
    keypad.agree(true);
    sing('5', 100, 2000);
    expect(told).toEqual(['event 6']);
    keypad.agree(false);
    sing('5', 100, 3000);
    expect(told).toEqual(['event 6', 'tone 5']);
  });

  it('counts the same key twice where the far end sends no silence between', () => {
    begin();
    sing('5', 100, 1000);
    sing('5', 100, 1300);
    expect(told).toEqual(['tone 5', 'tone 5']);
  });
});

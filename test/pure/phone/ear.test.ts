import { describe, expect, test } from 'vitest';
import { encode } from '../../../src/embedded/rtp/audio/g711.ts';
import { Playback } from '../../../src/embedded/rtp/audio/playback.ts';
import { ToneGenerator } from '../../../src/embedded/rtp/audio/tones.ts';
import { encodeTrack, type Part, silent, whole } from '../../../src/embedded/rtp/audio/track.ts';
import type { Tone } from '../../../src/media/port.ts';
import type { AudioCodec } from '../../../src/media/sdp/agreement.ts';
import { Ear } from '../../../src/phone/hearing/ear.ts';

const tones = new ToneGenerator();
const forth = (part: Part, milliseconds: number): Part => ({ track: part.track, samples: 8 * milliseconds });

/** What an ear makes of sounds played to it, frame by frame. */
function hear(parts: readonly Part[], codec: AudioCodec = 'PCMA', sounds: readonly (readonly [string, Part])[] = []) {
  const ear = new Ear({
    tones: [500, 700, 900],
    sounds: sounds.map(([name, { track }]) => ({ name, track })),
    onChange: () => {},
  });
  const playback = new Playback(parts, false);
  const packet = new Uint8Array(172);
  for (let now = 1000; playback.fill(codec, packet, 12, 160) === 160; now += 20) ear.heard(codec, packet, 12, 172, now);
  return ear;
}

/** A sound that is no tone: noise of a fixed seed. */
function noise(seed: number, samples: number): Part {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
    return (state >> 16) / 4;
  };
  return whole(encodeTrack(Int16Array.from({ length: samples }, next)));
}

const whatOf = (ear: Ear) => ear.timeline.map(({ what }) => what);

describe('the ear', () => {
  test('tells tones and silence apart, in both laws', () => {
    for (const codec of ['PCMA', 'PCMU'] as const) {
      const ear = hear([forth(tones.steady(700), 300), silent(200), forth(tones.steady(900), 300)], codec);
      expect(whatOf(ear)).toEqual(['700 Hz', 'silence', '900 Hz']);
      expect(ear.timeline.map(({ from }) => from)).toEqual([1000, 1300, 1500]);
    }
  });

  test('hears two tones at once', () => {
    const samples = Int16Array.from({ length: 8000 }, (_, at) =>
      Math.round(4000 * (Math.sin((2 * Math.PI * 500 * at) / 8000) + Math.sin((2 * Math.PI * 900 * at) / 8000))),
    );
    expect(whatOf(hear([whole(encodeTrack(samples))]))).toEqual(['500 + 900 Hz']);
  });

  test.each([
    ['ringback', 12_000],
    ['busy', 3000],
    ['error', 2000],
    ['confirm', 450],
    ['returned', 900],
  ] as const)('knows %s by its cadence', (tone: Tone, milliseconds) => {
    expect(whatOf(hear([forth(tones.tone(tone), milliseconds), forth(tones.steady(500), 200)]))).toEqual([
      tone,
      '500 Hz',
    ]);
  });

  test('does not take a tone that was cut short for a cadence', () => {
    expect(whatOf(hear([forth(tones.tone('ringback'), 400), forth(tones.steady(500), 200)]))).toEqual([
      '425 Hz',
      '500 Hz',
    ]);
  });

  test('knows a sound from anywhere within it, through its silences and over the seam of its loop', () => {
    const welcome = noise(1, 8000);
    const music = { track: noise(2, 4001).track, samples: 12_000 };
    const stranger = noise(3, 4000);
    const sounds = [
      ['welcome', welcome],
      ['music', music],
    ] as const;
    const ear = hear([silent(90), welcome, silent(210), music, stranger], 'PCMU', sounds);
    expect(whatOf(ear)).toEqual(['silence', 'welcome', 'silence', 'music', 'a sound']);
  });

  test('a click is not worth a word', () => {
    expect(whatOf(hear([forth(tones.steady(500), 300), silent(40), forth(tones.steady(500), 300)]))).toEqual([
      '500 Hz',
    ]);
  });

  test('notices when nothing comes', () => {
    const ear = new Ear({ tones: [500], sounds: [], onChange: () => {} });
    const packet = new Uint8Array(160);
    const samples = Int16Array.from({ length: 160 }, (_, at) => Math.round(8000 * Math.sin((2 * Math.PI * at) / 16)));
    encode('PCMA', samples, packet, 0, 160);
    for (const now of [0, 20, 40, 60, 80, 300, 320, 340, 360]) ear.heard('PCMA', packet, 0, 160, now);
    expect(ear.timeline).toEqual([
      { what: '500 Hz', from: 0, until: 80 },
      { what: 'nothing', from: 80, until: 300 },
      { what: '500 Hz', from: 300, until: 360 },
    ]);
    expect([ear.since(80), ear.heardFor('500 Hz', 4), ear.heardFor('500 Hz', 5)]).toEqual([
      ['nothing', '500 Hz'],
      true,
      false,
    ]);
  });
});

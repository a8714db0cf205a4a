import { describe, expect, it } from 'vitest';
import { silence } from '../../../src/embedded/rtp/audio/g711.ts';
import { encodeTrack } from '../../../src/embedded/rtp/audio/track.ts';
import { type KnownSound, SoundFollower } from '../../../src/phone/hearing/knownSounds.ts';
import { noise } from '../../support/live/house.ts';

const frame = 160;
const sound = (name: string, samples: Int16Array, once = true): KnownSound => ({
  name,
  track: encodeTrack(samples),
  once,
});
const join = (...parts: readonly Int16Array[]): Int16Array => Int16Array.from(parts.flatMap(part => [...part]));

const beginning = noise(1, 8 * frame);
const welcome = sound('welcome', join(beginning, noise(2, 8 * frame)));
const night = sound('night', join(beginning, noise(3, 8 * frame)));
const sorry = sound('sorry', noise(4, 5 * frame + 40));
const music = sound('music', noise(5, 4 * frame), false);

/** What a follower makes of bytes, as an ear asks it: frames of silence are not looked for. */
function follow(bytes: Uint8Array, lost: ReadonlySet<number> = new Set()) {
  const follower = new SoundFollower([welcome, night, sorry, music]);
  const names: (string | undefined)[] = [];
  for (let at = 0, nth = 0; at + frame <= bytes.length; at += frame, nth++) {
    if (lost.has(nth)) continue;
    const quiet = bytes.subarray(at, at + frame).every(byte => byte === silence.PCMA);
    const followed = follower.follow('PCMA', bytes, at, at + frame, 20 * nth);
    names.push(followed ?? (quiet ? 'silence' : follower.find('PCMA', bytes, at, at + frame, 20 * nth)));
  }
  return { follower, names };
}

const bytesOf = (...sounds: readonly KnownSound[]): Uint8Array =>
  Uint8Array.from(sounds.flatMap(({ track }) => [...track.encoded.PCMA]));
const pause = new Uint8Array(10 * frame).fill(silence.PCMA);
const played = ({ follower }: ReturnType<typeof follow>) =>
  follower.plays.map(({ sounds, from, began }) => [sounds.map(({ name }) => name).join(), from, began]);

describe('a follower of sounds', () => {
  it('tells sounds apart that begin alike, as soon as they part', () => {
    const early = follow(bytesOf(night).subarray(0, 6 * frame));
    expect(played(early)).toEqual([['welcome,night', 0, 0]]);
    expect(early.follower.following).toBe(true);
    expect(played(follow(bytesOf(night)))).toEqual([['night', 0, 0]]);
  });

  it('counts a sound that is played again as another play', () => {
    const twice = Uint8Array.from([...bytesOf(night), ...pause, ...bytesOf(night)]);
    expect(played(follow(twice))).toEqual([
      ['night', 0, 0],
      ['night', 520, 0],
    ]);
    expect(played(follow(bytesOf(night, night)))).toHaveLength(2);
  });

  it('hears one sound behind another in the midst of a frame', () => {
    const [first, second, ...more] = played(follow(bytesOf(sorry, welcome)));
    expect([first, second?.[0], more]).toEqual([['sorry', 0, 0], 'welcome', []]);
    expect(second?.[2]).toBeLessThan(2 * frame);
  });

  it('goes on with a sound of which packets were lost, and follows music over its seam', () => {
    expect(played(follow(bytesOf(night), new Set([2, 11])))).toEqual([['night', 0, 0]]);
    const { follower, names } = follow(bytesOf(music, music, music));
    expect([follower.plays.length, new Set(names)]).toEqual([1, new Set(['music'])]);
  });

  it('says from where on it was played', () => {
    expect(played(follow(bytesOf(night).subarray(9 * frame)))).toEqual([['night', 0, 9 * frame]]);
    expect(played(follow(encodeTrack(noise(9, 800)).encoded.PCMA))).toEqual([]);
  });
});

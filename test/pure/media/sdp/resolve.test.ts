import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../src/base/clock.ts';
import { isKozpontError } from '../../../../src/base/errors.ts';
import type { LocalAudio } from '../../../../src/media/sdp/agreement.ts';
import { answerOffer } from '../../../../src/media/sdp/negotiate.ts';
import { parseSdp } from '../../../../src/media/sdp/parse.ts';
import { hasNames, withAddresses } from '../../../../src/media/sdp/resolve.ts';

const local: LocalAudio = {
  address: '192.0.2.1',
  port: 20_000,
  codecs: ['PCMA', 'PCMU'],
  telephoneEvent: 101,
  direction: 'sendrecv',
};

const offer = (connection: string, audio = 'm=audio 4000 RTP/AVP 8 0'): string =>
  ['v=0', 'o=- 1 1 IN IP4 media.example.net', 's=-', `c=${connection}`, 't=0 0', audio, ''].join('\r\n');

async function addressOf(connection: string, found: readonly string[], signalling = '203.0.113.1') {
  const asked: string[] = [];
  const resolve = async (name: string): Promise<readonly string[]> => {
    asked.push(name);
    return found;
  };
  const described = await withAddresses(parseSdp(offer(connection)), resolve, new VirtualClock(), signalling);
  return { address: described.media[0]?.address, asked };
}

describe('a name in c=', () => {
  it('has the address of the version that is said', async () => {
    expect(await addressOf('IN IP4 Media.Example.NET', ['2001:db8::1', '198.51.100.7'])).toEqual({
      address: '198.51.100.7',
      asked: ['media.example.net'],
    });
    expect(await addressOf('IN IP6 media.example.net', ['198.51.100.7', '2001:db8::1'])).toMatchObject({
      address: '2001:db8::1',
    });
  });

  it('may lead to a private network, as an address may', async () => {
    expect(await addressOf('IN IP4 media.example.net', ['10.0.0.7'])).toMatchObject({ address: '10.0.0.7' });
  });

  it.each(['127.0.0.1', '0.0.0.0', '169.254.169.254', '224.0.0.1', '255.255.255.255', 'not an address'])(
    'does not lead to %s',
    async found => {
      expect(await addressOf('IN IP4 media.example.net', [found])).toMatchObject({ address: undefined });
    },
  );

  it('leads to this machine for a far end on it', async () => {
    expect(await addressOf('IN IP4 localhost', ['127.0.0.1'], '127.0.0.1')).toMatchObject({ address: '127.0.0.1' });
  });

  it.each([
    'IN IP4 198.51.100.7',
    'IN IP4 -x',
    'IN IP4 a..b/../c',
    'IN IP4 1.2.3',
    'IN IP4 %00',
    `IN IP4 ${'a'.repeat(300)}`,
  ])('is none in %j: nobody is asked', async connection => {
    expect((await addressOf(connection, ['198.51.100.9'])).asked).toEqual([]);
  });

  it('is not asked for where the stream is off, or another one', () => {
    expect(hasNames(parseSdp(offer('IN IP4 media.example.net', 'm=audio 0 RTP/AVP 8')))).toBe(false);
    expect(hasNames(parseSdp(offer('IN IP4 media.example.net', 'm=video 4000 RTP/AVP 99')))).toBe(false);
    expect(hasNames(parseSdp(offer('IN IP4 media.example.net')))).toBe(true);
  });

  it('that is not found, or not in time, refuses the description with a reason', async () => {
    const clock = new VirtualClock();
    const failing = withAddresses(
      parseSdp(offer('IN IP4 a.example')),
      () => Promise.reject(new Error('x')),
      clock,
      undefined,
    );
    const never = withAddresses(parseSdp(offer('IN IP4 a.example')), () => new Promise(() => {}), clock, undefined);
    clock.advance(2_000);
    for (const description of [await failing, await never]) {
      try {
        answerOffer(description, local);
        expect.unreachable();
      } catch (error) {
        expect(isKozpontError(error, 'INVALID_SDP') && [error.warning, error.message]).toEqual([
          399,
          'the session description has no IP address for its audio, and its name leads nowhere (a.example)',
        ]);
      }
    }
  });

  it('is asked for twice at most', async () => {
    const asked: string[] = [];
    const many = Array.from({ length: 8 }, (_, at) => `m=audio 4000 RTP/AVP 8\r\nc=IN IP4 n${at}.example`).join('\r\n');
    const description = parseSdp(offer('IN IP4 media.example.net', many));
    await withAddresses(
      description,
      async name => {
        asked.push(name);
        return ['198.51.100.7'];
      },
      new VirtualClock(),
      undefined,
    );
    expect(asked).toEqual(['n0.example', 'n1.example']);
  });
});

describe('a description that is refused', () => {
  it.each([
    ['no audio', offer('IN IP4 198.51.100.7', 'm=video 4000 RTP/AVP 99'), 304],
    ['no codec of ours', offer('IN IP4 198.51.100.7', 'm=audio 4000 RTP/AVP 18'), 305],
    ['SRTP', offer('IN IP4 198.51.100.7', 'm=audio 4000 RTP/SAVP 8'), 302],
    ['another IP version', offer('IN IP6 2001:db8::1'), 301],
    ['multicast', offer('IN IP4 224.2.1.1/127'), 399],
  ])('for %s says so', (_, text, warning) => {
    try {
      answerOffer(parseSdp(text), local);
      expect.unreachable();
    } catch (error) {
      expect(isKozpontError(error, 'INVALID_SDP') && error.warning).toBe(warning);
    }
  });
});

describe('around a description', () => {
  it.each(['\0', '\r\n', '\n\n', '\0\r\n \t', '\r\n\0\0'])('%j is no part of it', rest => {
    const text = offer('IN IP4 198.51.100.7');
    for (const each of [rest + text, text + rest, rest + text + rest]) {
      expect(parseSdp(each).media[0]).toMatchObject({ address: '198.51.100.7', port: 4000 });
    }
  });
});

import { describe, expect, it } from 'vitest';
import { isKozpontError } from '../../../../src/base/errors.ts';
import type { Direction } from '../../../../src/media/port.ts';
import type { LocalAudio } from '../../../../src/media/sdp/agreement.ts';
import { acceptAnswer, answerOffer, offerAudio } from '../../../../src/media/sdp/negotiate.ts';
import { parseSdp } from '../../../../src/media/sdp/parse.ts';
import { LocalDescription } from '../../../../src/media/sdp/write.ts';

const local: LocalAudio = {
  address: '192.0.2.100',
  port: 10_000,
  codecs: ['PCMA', 'PCMU'],
  telephoneEvent: 101,
  direction: 'sendrecv',
};

const describe_ = (...media: readonly string[]): ReturnType<typeof parseSdp> =>
  parseSdp(['v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0', ...media, ''].join('\r\n'));

const answer = (...media: readonly string[]) => answerOffer(describe_(...media), local);
/** Our lines as they go out. */
const written = (lines: Parameters<LocalDescription['write']>[0]): string[] =>
  new LocalDescription('1', local.address).write(lines).split('\r\n');

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (isKozpontError(error, 'INVALID_SDP')) return error.message;
    throw error;
  }
  throw new Error('was not refused');
}

describe('answering an offer', () => {
  it('takes the first codec of the offer that is ours, and its numbers', () => {
    const { agreement, lines } = answer(
      'm=audio 4000 RTP/AVP 96 0 8 97 98',
      'a=rtpmap:96 opus/48000/2',
      'a=rtpmap:97 telephone-event/48000',
      'a=rtpmap:98 telephone-event/8000',
    );
    expect(agreement).toMatchObject({
      remote: { address: '192.0.2.1', port: 4000 },
      remoteRtcp: { address: '192.0.2.1', port: 4001 },
      codec: 'PCMU',
      payloadType: 0,
      telephoneEvent: 98,
      direction: 'sendrecv',
      remoteHold: false,
      rtcpMux: false,
    });
    expect(written(lines).slice(5)).toEqual([
      'm=audio 10000 RTP/AVP 0 98',
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:98 telephone-event/8000',
      'a=fmtp:98 0-15',
      'a=ptime:20',
      'a=sendrecv',
      '',
    ]);
  });

  it('takes what may arrive by every number that it could come under', () => {
    const { agreement } = answer(
      'm=audio 4000 RTP/AVP 97 0 96',
      'a=rtpmap:97 PCMA/8000',
      'a=rtpmap:96 telephone-event/8000',
    );
    expect(agreement).toMatchObject({ codec: 'PCMA', payloadType: 97 });
    expect([...agreement.receives].sort(([a], [b]) => a - b)).toEqual([
      [0, 'PCMU'],
      [8, 'PCMA'],
      [96, 'telephoneEvent'],
      [97, 'PCMA'],
      [101, 'telephoneEvent'],
    ]);
  });

  it('leaves a number of ours to what the far end uses it for', () => {
    const { agreement } = answer(
      'm=audio 4000 RTP/AVP 101 8 96',
      'a=rtpmap:101 opus/48000/2',
      'a=rtpmap:96 telephone-event/8000',
    );
    expect(agreement.receives.has(101)).toBe(false);
    expect(agreement.receives.get(96)).toBe('telephoneEvent');
  });

  it('does without telephone events where there are none', () => {
    const { agreement, lines } = answer('m=audio 4000 RTP/AVP 8');
    expect(agreement.telephoneEvent).toBeUndefined();
    expect([...agreement.receives.values()]).not.toContain('telephoneEvent');
    expect(written(lines)).toContain('m=audio 10000 RTP/AVP 8');
  });

  it('refuses every other stream in its place, with one of its formats', () => {
    const { lines } = answer(
      'm=video 5000 RTP/AVP 96 97',
      'm=audio 4000 RTP/SAVP 8',
      'm=audio 0 RTP/AVP 8',
      'm=audio 4002 RTP/AVP 18',
      'm=audio 4004 RTP/AVPF 0',
      'm=audio 4006 RTP/AVP 8',
      'm=image 4008 udptl t38',
    );
    expect(written(lines).filter(line => line.startsWith('m='))).toEqual([
      'm=video 0 RTP/AVP 96',
      'm=audio 0 RTP/SAVP 8',
      'm=audio 0 RTP/AVP 8',
      'm=audio 0 RTP/AVP 18',
      'm=audio 10000 RTP/AVPF 0',
      'm=audio 0 RTP/AVP 8',
      'm=image 0 udptl t38',
    ]);
  });

  it('takes RTCP where the offer wants it', () => {
    expect(answer('m=audio 4000 RTP/AVP 8', 'a=rtcp:5001').agreement.remoteRtcp).toEqual({
      address: '192.0.2.1',
      port: 5001,
    });
    expect(answer('m=audio 4000 RTP/AVP 8', 'a=rtcp:5001 IN IP4 192.0.2.9').agreement.remoteRtcp).toEqual({
      address: '192.0.2.9',
      port: 5001,
    });
    const muxed = answer('m=audio 4000 RTP/AVP 8', 'a=rtcp-mux');
    expect(muxed.agreement).toMatchObject({ rtcpMux: true, remoteRtcp: { address: '192.0.2.1', port: 4000 } });
    expect(written(muxed.lines)).toContain('a=rtcp-mux');
    expect(written(answer('m=audio 4000 RTP/AVP 8').lines)).not.toContain('a=rtcp-mux');
  });

  it.each<[string, Direction, boolean]>([
    ['sendrecv', 'sendrecv', false],
    ['sendonly', 'recvonly', true],
    ['recvonly', 'sendonly', false],
    ['inactive', 'inactive', true],
  ])('mirrors %s', (offered, ours, held) => {
    const { agreement, lines } = answer('m=audio 4000 RTP/AVP 8', `a=${offered}`);
    expect(agreement).toMatchObject({ direction: ours, remoteHold: held });
    expect(written(lines)).toContain(`a=${ours}`);
  });

  it('sends nothing where there is no address, and takes that for hold', () => {
    const { agreement } = answer('m=audio 4000 RTP/AVP 8', 'c=IN IP4 0.0.0.0');
    expect(agreement).toMatchObject({
      remote: undefined,
      remoteRtcp: undefined,
      direction: 'recvonly',
      remoteHold: true,
    });
    const inactive = answer('m=audio 4000 RTP/AVP 8', 'c=IN IP4 0.0.0.0', 'a=sendonly');
    expect(inactive.agreement.direction).toBe('recvonly');
    expect(answer('m=audio 4000 RTP/AVP 8', 'c=IN IP4 0.0.0.0', 'a=inactive').agreement.direction).toBe('inactive');
  });

  it('takes port 0 for hold within a call, and for nothing at its start', () => {
    const before = answer('m=audio 4000 RTP/AVP 0').agreement;
    const off = answerOffer(describe_('m=audio 0 RTP/AVP 0'), local, before);
    expect(off.agreement).toMatchObject({ remote: undefined, direction: 'inactive', remoteHold: true, codec: 'PCMU' });
    expect(written(off.lines)).toContain('m=audio 0 RTP/AVP 0');
    expect(refusal(() => answer('m=audio 0 RTP/AVP 0'))).toContain('switches its audio off');
    expect(
      refusal(() => answerOffer(describe_('m=audio 0 RTP/AVP 0', 'm=image 4000 udptl t38'), local, before)),
    ).toContain('switches its audio off');
  });

  it.each([
    ['no audio', ['m=video 5000 RTP/AVP 96'], 'has no audio'],
    ['SRTP', ['m=audio 4000 RTP/SAVP 8'], 'RTP/SAVP'],
    ['WebRTC', ['m=audio 4000 UDP/TLS/RTP/SAVPF 8'], 'UDP/TLS/RTP/SAVPF'],
    ['other codecs', ['m=audio 4000 RTP/AVP 18 9'], 'PCMA, PCMU'],
    ['events alone', ['m=audio 4000 RTP/AVP 101', 'a=rtpmap:101 telephone-event/8000'], 'PCMA, PCMU'],
    ['our codec at another rate', ['m=audio 4000 RTP/AVP 97', 'a=rtpmap:97 PCMA/16000'], 'PCMA, PCMU'],
    ['a name for an address', ['m=audio 4000 RTP/AVP 8', 'c=IN IP4 phone.example'], 'no IP address'],
    ['IPv6', ['m=audio 4000 RTP/AVP 8', 'c=IN IP6 2001:db8::1'], 'another IP version'],
    ['multicast', ['m=audio 4000 RTP/AVP 8', 'c=IN IP4 224.2.1.1'], "not one party's"],
    ['broadcast', ['m=audio 4000 RTP/AVP 8', 'c=IN IP4 255.255.255.255'], "not one party's"],
  ])('refuses %s, and says so', (_, media, why) => {
    expect(refusal(() => answer(...media))).toContain(why);
  });

  it('is as much on hold as we want it to be', () => {
    const held = answerOffer(describe_('m=audio 4000 RTP/AVP 8'), { ...local, direction: 'sendonly' });
    expect(held.agreement.direction).toBe('sendonly');
    const both = answerOffer(describe_('m=audio 4000 RTP/AVP 8', 'a=sendonly'), { ...local, direction: 'sendonly' });
    expect(both.agreement.direction).toBe('inactive');
  });

  it('speaks IPv6 to IPv6', () => {
    const six = { ...local, address: '2001:db8::100' };
    const { agreement, lines } = answerOffer(describe_('m=audio 4000 RTP/AVP 8', 'c=IN IP6 2001:db8::1'), six);
    expect(agreement.remote?.address).toBe('2001:db8::1');
    expect(new LocalDescription('1', six.address).write(lines)).toContain('c=IN IP6 2001:db8::100\r\n');
    expect(refusal(() => answerOffer(describe_('m=audio 4000 RTP/AVP 8', 'c=IN IP6 ff02::1'), six))).toContain(
      'not one',
    );
    expect(answerOffer(describe_('m=audio 4000 RTP/AVP 8', 'c=IN IP6 ::'), six).agreement.remoteHold).toBe(true);
  });
});

describe('our offer', () => {
  const offer = offerAudio(local);

  it('names both codecs and events', () => {
    expect(written(offer).slice(5)).toEqual([
      'm=audio 10000 RTP/AVP 8 0 101',
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:101 telephone-event/8000',
      'a=fmtp:101 0-15',
      'a=ptime:20',
      'a=sendrecv',
      '',
    ]);
  });

  it('is settled by the answer, with the numbers of the far end', () => {
    const agreement = acceptAnswer(
      describe_('m=audio 4000 RTP/AVP 0 96', 'a=rtpmap:96 telephone-event/8000', 'a=rtcp-mux'),
      offer,
      local,
    );
    expect(agreement).toMatchObject({ codec: 'PCMU', payloadType: 0, telephoneEvent: 96, rtcpMux: false });
    expect(agreement.receives.get(101)).toBe('telephoneEvent');
    expect(agreement.receives.get(96)).toBe('telephoneEvent');
  });

  it.each<[Direction, string, Direction, boolean]>([
    ['sendrecv', 'sendrecv', 'sendrecv', false],
    ['sendrecv', 'recvonly', 'sendonly', false],
    ['sendrecv', 'sendonly', 'recvonly', true],
    ['sendonly', 'recvonly', 'sendonly', false],
    ['sendonly', 'sendrecv', 'sendonly', false],
    ['sendonly', 'inactive', 'inactive', true],
  ])('%s, answered by %s, is %s', (offered, answered, direction, remoteHold) => {
    const lines = offerAudio({ ...local, direction: offered });
    const agreement = acceptAnswer(describe_('m=audio 4000 RTP/AVP 8', `a=${answered}`), lines, local);
    expect(agreement).toMatchObject({ direction, remoteHold });
  });

  it.each([
    ['a refusal', ['m=audio 0 RTP/AVP 8'], 'refuses our audio'],
    ['another stream', ['m=video 5000 RTP/AVP 96'], 'offers video'],
    ['a codec that we did not offer', ['m=audio 4000 RTP/AVP 18'], 'no codec'],
    ['SRTP', ['m=audio 4000 RTP/SAVP 8'], 'RTP/SAVP'],
  ])('is not settled by %s', (_, media, why) => {
    expect(refusal(() => acceptAnswer(describe_(...media), offer, local))).toContain(why);
  });

  it('keeps the number and the order of the streams of the call', () => {
    const { lines } = answer(
      'm=video 5000 RTP/AVP 96',
      'm=audio 4002 RTP/SAVP 8',
      'm=audio 4000 RTP/AVP 8',
      'm=text 4004 RTP/AVP 98',
    );
    const again = offerAudio(local, lines);
    expect(written(again).filter(line => line.startsWith('m='))).toEqual([
      'm=video 0 RTP/AVP 96',
      'm=audio 0 RTP/SAVP 8',
      'm=audio 10000 RTP/AVP 8 0 101',
      'm=text 0 RTP/AVP 98',
    ]);
    expect(
      acceptAnswer(
        describe_('m=video 0 RTP/AVP 96', 'm=audio 0 RTP/SAVP 8', 'm=audio 4000 RTP/AVP 8', 'm=text 0 RTP/AVP 98'),
        again,
        local,
      ),
    ).toMatchObject({ codec: 'PCMA' });
    expect(refusal(() => acceptAnswer(describe_('m=audio 4000 RTP/AVP 8'), again, local))).toContain('does not answer');
  });

  it('takes the audio up again that was switched off', () => {
    const before = answer('m=audio 4000 RTP/AVP 0');
    const off = answerOffer(describe_('m=audio 0 RTP/AVP 0'), local, before.agreement);
    expect(written(offerAudio(local, off.lines)).filter(line => line.startsWith('m='))).toEqual([
      'm=audio 10000 RTP/AVP 8 0 101',
    ]);
  });
});

describe('the version of our description', () => {
  it('grows when the description changes, and only then', () => {
    const description = new LocalDescription('4711', local.address);
    const version = (text: string): string | undefined => /^o=(.*)/m.exec(text)?.[1]?.trim();
    const first = description.write(offerAudio(local));
    expect(version(first)).toBe('- 4711 1 IN IP4 192.0.2.100');
    expect(description.write(offerAudio(local))).toBe(first);
    const held = description.write(offerAudio({ ...local, direction: 'sendonly' }));
    expect(version(held)).toBe('- 4711 2 IN IP4 192.0.2.100');
    const back = description.write(offerAudio(local));
    expect(version(back)).toBe('- 4711 3 IN IP4 192.0.2.100');
  });
});

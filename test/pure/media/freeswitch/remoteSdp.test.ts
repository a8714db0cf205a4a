import { describe, expect, it } from 'vitest';
import { isKozpontError } from '../../../../src/base/errors.ts';
import { sipAddressIn } from '../../../../src/media/freeswitch/connect.ts';
import { mayBeElsewhere } from '../../../../src/media/freeswitch/nat.ts';
import { addressIn, RemoteDescription, readable } from '../../../../src/media/freeswitch/remoteSdp.ts';
import type { LocalAudio } from '../../../../src/media/sdp/agreement.ts';
import { answerOffer } from '../../../../src/media/sdp/negotiate.ts';
import { hostileTexts } from '../../../support/hostileTexts.ts';

const local: LocalAudio = {
  address: '198.51.100.1',
  port: 9,
  codecs: ['PCMA', 'PCMU'],
  telephoneEvent: 101,
  direction: 'sendrecv',
};

const offer = (media: string, ...lines: string[]): string =>
  ['v=0', 'o=- 1 1 IN IP4 203.0.113.5', 's=-', 'c=IN IP4 203.0.113.5', 't=0 0', media, ...lines, ''].join('\r\n');

const told = (text: string, description = new RemoteDescription('7')): string | undefined =>
  description.write(answerOffer(readable(text), local).agreement);

describe('what FreeSWITCH is told of the far end', () => {
  it('is one plain stream of what was agreed on', () => {
    expect(told(offer('m=audio 4000 RTP/AVP 0 8 97', 'a=rtpmap:97 telephone-event/8000', 'a=rtcp:4009'))).toBe(
      [
        ...['v=0', 'o=- 7 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 203.0.113.5', 't=0 0', 'm=audio 4000 RTP/AVP 0 97'],
        ...['a=rtpmap:0 PCMU/8000', 'a=rtpmap:97 telephone-event/8000', 'a=fmtp:97 0-15', 'a=ptime:20', 'a=rtcp:4009'],
        ...['a=sendrecv', ''],
      ].join('\r\n'),
    );
  });

  it('is nothing that the far end has written', () => {
    for (const text of hostileTexts) {
      const line = text.replaceAll(/[\r\n]/g, ' ').slice(0, 4000);
      const words = told(
        offer('m=audio 4000 RTP/AVP 8', `a=${line}`, `a=rtpmap:98 ${line}/8000`, `i=${line}`).replace(
          's=-',
          `s=${line}`,
        ),
      );
      if (text.length > 1) expect(words).not.toContain(line);
    }
  });

  it('is its hold, with the address that it had', () => {
    const description = new RemoteDescription('7');
    told(offer('m=audio 4000 RTP/AVP 8'), description);
    expect(told(offer('m=audio 4000 RTP/AVP 8', 'a=sendonly'), description)).toContain('a=sendonly');
    const gone = told(offer('m=audio 4000 RTP/AVP 8').replace('c=IN IP4 203.0.113.5', 'c=IN IP4 0.0.0.0'), description);
    expect(gone).toContain('c=IN IP4 203.0.113.5');
    expect(gone).toContain('m=audio 4000 ');
    expect(gone).toContain('a=sendonly');
  });

  it('is nothing where nothing has changed, unless FreeSWITCH refused it', () => {
    const description = new RemoteDescription('7');
    expect(told(offer('m=audio 4000 RTP/AVP 8'), description)).toContain('o=- 7 1 ');
    expect(told(offer('m=audio 4000 RTP/AVP 8', 'a=x-new'), description)).toBeUndefined();
    description.forget();
    expect(told(offer('m=audio 4000 RTP/AVP 8'), description)).toContain('o=- 7 2 ');
  });

  it('is a place where nothing goes while it is not known', () => {
    const words = new RemoteDescription('7').write(undefined);
    expect(words).toContain('a=inactive');
    expect(words).toContain('m=audio 9 RTP/AVP 8 0 101');
    expect(words).not.toContain('SAVP');
  });

  it('is no G.711 by another number than its own, which FreeSWITCH would refuse', () => {
    const text = offer('m=audio 4000 RTP/AVP 96 0', 'a=rtpmap:96 PCMA/8000');
    expect(told(text)).toContain('m=audio 4000 RTP/AVP 0\r\n');
    expect(() => told(offer('m=audio 4000 RTP/AVP 96', 'a=rtpmap:96 PCMA/8000'))).toThrow();
  });
});

describe('what FreeSWITCH tells of itself', () => {
  it('is where its media is', () => {
    expect(addressIn(offer('m=audio 20000 RTP/AVP 8'))).toEqual({ address: '203.0.113.5', port: 20000 });
    for (const none of [offer('m=audio 0 RTP/AVP 8'), offer('m=image 4000 udptl t38')]) {
      expect(() => addressIn(none)).toThrow(
        expect.toSatisfy((error: unknown) => isKozpontError(error, 'MEDIA_UNAVAILABLE')),
      );
    }
  });

  it('is where its SIP profile listens', () => {
    const status = [
      '     Name\t   Type\t            Data\tState',
      '=====',
      '   other\tprofile\tsip:mod_sofia@10.0.0.1:5060\tRUNNING (0)',
      ' kozpont\tprofile\tsip:mod_sofia@10.0.0.1:5081\tRUNNING (3) (TLS)',
      ' kozpont\tprofile\tsip:mod_sofia@10.0.0.1:5080\tRUNNING (3)',
      '    down\tprofile\tsip:mod_sofia@10.0.0.1:5090\tDOWN',
      '   alias\t  alias\t kozpont\tALIASED',
      '      v6\tprofile\tsip:mod_sofia@[2001:db8::1]:5080;transport=udp\tRUNNING (0)',
    ].join('\n');
    expect(sipAddressIn(status, 'kozpont')).toBe('10.0.0.1:5080');
    expect(sipAddressIn(status, 'v6')).toBe('[2001:db8::1]:5080');
    for (const name of ['down', 'alias', 'koz', '']) expect(sipAddressIn(status, name)).toBeUndefined();
  });
});

describe('media from elsewhere than described', () => {
  it.each([
    ['203.0.113.5', undefined, false],
    [undefined, '203.0.113.5', false],
    ['192.168.1.5', '192.168.1.5', false],
    ['127.0.0.1', '127.0.0.1', false],
    ['192.168.1.5', '203.0.113.5', true],
    ['203.0.113.5', '203.0.113.5', true],
    ['2001:db8::5', '2001:db8::5', true],
    ['fd00::5', 'fd00::5', false],
  ])('of %s, whose signalling comes from %s: %s', (described, signalling, expected) => {
    expect(mayBeElsewhere(described, signalling)).toBe(expected);
  });
});

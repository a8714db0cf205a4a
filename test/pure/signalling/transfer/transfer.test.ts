import { describe, expect, test } from 'vitest';
import type { OutgoingEvents } from '../../../../src/signalling/connection/outgoing.ts';
import type { SrfIncomingResponse } from '../../../../src/signalling/drachtio/srf.ts';
import { readReferTo } from '../../../../src/signalling/transfer/referTo.ts';
import { ReferSubscription } from '../../../../src/signalling/transfer/subscription.ts';
import { hostileTexts } from '../../../support/hostileTexts.ts';

describe('Refer-To', () => {
  const read = (value: string | undefined) => {
    const result = readReferTo(value);
    return result.ok ? result.value : result.error.status;
  };

  test.each([
    ['<sip:102@host>', { user: '102', replaces: undefined }],
    ['sip:102@host', { user: '102', replaces: undefined }],
    ['"Sales" <sip:1%302@host;user=phone>;x=y', { user: '102', replaces: undefined }],
    ['<sip:host>', { user: '', replaces: undefined }],
    ['<sip:102@host;method=INVITE>', { user: '102', replaces: undefined }],
    ['<tel:+36-1-234>', { user: '+361234', replaces: undefined }],
    ['<sip:1-02@host;user=phone>', { user: '102', replaces: undefined }],
    ['<sip:+36-1-234-5678@host;user=phone>', { user: '+3612345678', replaces: undefined }],
    ['<tel:102;phone-context=example.com>', { user: '102', replaces: undefined }],
    ['sip:102@host?Subject=x', { user: '102', replaces: undefined }],
    ['<sip:*28@host?Subject=x>', { user: '*28', replaces: undefined }],
  ])('%s', (value, expected) => {
    expect(read(value)).toEqual(expected);
  });

  test('Replaces, escaped as it has to be, and as phones forget to', () => {
    for (const written of ['a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2%3Bearly-only', 'a@b;to-tag=1;from-tag=2;early-only']) {
      for (const value of [`<sip:102@host?Replaces=${written}>`, `sip:102@host?Replaces=${written}`]) {
        expect(read(value)).toMatchObject({
          user: '102',
          replaces: { callId: 'a@b', toTag: '1', fromTag: '2', earlyOnly: true },
        });
      }
    }
  });

  test.each([
    [undefined, 400],
    ['', 400],
    ['nonsense', 400],
    ['<sip:1@host>, <sip:2@host>', 400],
    ['<https://host/>', 416],
    ['<sip:1@host;method=BYE>', 403],
    ['<sip:1@host?Replaces=a>', 400],
    ['sip:1@host?Replaces=a', 400],
    ['sip:1@host?Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D2, sip:2@host', 400],
    ['Anna sip:1@host?Subject=x', 400],
    ['<sip:1@host?Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D2&Replaces=b%3Bto-tag%3D1%3Bfrom-tag%3D2>', 400],
  ])('%s is refused with %i', (value, status) => {
    expect(read(value)).toBe(status);
  });

  test('hostile text is refused, or has nothing in it that ends a line', () => {
    for (const text of hostileTexts) {
      for (const written of [text, encodeURIComponent(text.replace('\ud800', ''))]) {
        const target = read(`<sip:${written}@host>`);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
        if (typeof target === 'object') expect(target.user).not.toMatch(/[\u0000-\u001f]/);
      }
    }
  });
});

describe('the subscription of a REFER', () => {
  const stage = () => {
    const sent: { body: string; state: string; events: OutgoingEvents }[] = [];
    const dialog = {
      confirmed: true,
      request: (_: string, headers: Record<string, string>, body: string | undefined, events: OutgoingEvents) => {
        sent.push({ body: (body ?? '').trim(), state: headers['Subscription-State'] ?? '', events });
      },
    };
    const answer = (status = 200) => sent.at(-1)?.events.final({ status } as SrfIncomingResponse, () => {});
    return { sent, dialog, answer, subscription: new ReferSubscription(dialog, 'refer') };
  };

  test('tells one thing at a time, and of what waits only the last', () => {
    const { sent, answer, subscription } = stage();
    subscription.tell(100, 'Trying');
    subscription.tell(180, 'Ringing');
    subscription.tell(183, 'Session Progress');
    expect(sent.map(one => one.body)).toEqual(['SIP/2.0 100 Trying']);
    answer();
    expect(sent.map(one => one.body)).toEqual(['SIP/2.0 100 Trying', 'SIP/2.0 183 Session Progress']);
    subscription.tell(486, 'Busy Here');
    subscription.tell(180, 'too late');
    answer();
    expect(sent.at(-1)).toMatchObject({ body: 'SIP/2.0 486 Busy Here', state: 'terminated;reason=noresource' });
    answer();
    subscription.tell(200, 'too late');
    expect(sent).toHaveLength(3);
  });

  test('says the same thing once', () => {
    const { sent, answer, subscription } = stage();
    subscription.tell(100, 'Trying');
    answer();
    subscription.tell(100, 'Trying');
    expect(sent).toHaveLength(1);
  });

  test('is over when nobody listens: a refused NOTIFY, a lost one, a dialog that has ended', () => {
    for (const end of ['refused', 'lost', 'ended'] as const) {
      const { sent, dialog, answer, subscription } = stage();
      subscription.tell(100, 'Trying');
      if (end === 'refused') answer(481);
      if (end === 'lost') sent[0]?.events.failed({} as never);
      if (end === 'ended') {
        dialog.confirmed = false;
        answer();
      }
      subscription.tell(200, 'OK');
      subscription.tell(200, 'OK');
      expect(sent).toHaveLength(1);
    }
  });

  test('has a body that is one line, whatever the text', () => {
    const { sent, subscription } = stage();
    subscription.tell(500, 'a\r\nInjected: 1');
    expect(sent[0]?.body).toBe('SIP/2.0 500 aInjected: 1');
    const other = stage();
    other.subscription.tell(486, '');
    expect(other.sent[0]?.body).toBe('SIP/2.0 486 Busy Here');
  });
});

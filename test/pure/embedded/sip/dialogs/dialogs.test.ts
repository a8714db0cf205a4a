import { describe, expect, it } from 'vitest';
import {
  confirmed,
  type Dialog,
  dialogOfRequest,
  dialogOfResponse,
  keyOf,
  keyOfMessage,
  refreshed,
} from '../../../../../src/embedded/sip/dialogs/dialog.ts';
import { orderOf } from '../../../../../src/embedded/sip/dialogs/order.ts';
import { ackWithin, requestWithin } from '../../../../../src/embedded/sip/dialogs/requests.ts';
import { responseTo } from '../../../../../src/embedded/sip/responseTo.ts';
import { field, header, headers, withHeader, withoutHeader } from '../../../../../src/sip/grammar/headers.ts';
import type { HeaderField, SipRequest } from '../../../../../src/sip/message.ts';

const noBody = Buffer.alloc(0);
const recordRoutes = [field('Record-Route', '<sip:p2.example;lr>'), field('Record-Route', '<sip:p1.example;lr>')];
const invite: SipRequest = {
  kind: 'request',
  method: 'INVITE',
  uri: 'sip:bob@example.com',
  headers: [
    field('Via', 'SIP/2.0/UDP a.example;branch=z9hG4bK1'),
    ...recordRoutes,
    field('Max-Forwards', '70'),
    field('From', '"Alice" <sip:alice@example.com>;tag=a'),
    field('To', 'Bob <sip:bob@example.com>'),
    field('Call-ID', 'call'),
    field('CSeq', '314 INVITE'),
    field('Contact', '<sip:alice@192.0.2.1:5062>'),
    field('Proxy-Authorization', 'Digest username="alice"'),
  ],
  body: noBody,
};
const contact = field('Contact', '<sip:bob@192.0.2.2;transport=tcp>');
const answer = (status: number, added: readonly HeaderField[] = [contact], toTag = 'b') =>
  responseTo(invite, status, { toTag, headers: added });
const uac = (): Dialog => dialogOfResponse(invite, answer(200)) ?? expect.fail();
const uas = (): Dialog => dialogOfRequest(invite, answer(200)) ?? expect.fail();

describe('creation (RFC 3261, §12.1)', () => {
  it('by the client: the route set reversed, the tags as seen from here', () => {
    expect(uac()).toEqual({
      role: 'uac',
      state: 'confirmed',
      callId: 'call',
      localTag: 'a',
      remoteTag: 'b',
      local: '"Alice" <sip:alice@example.com>;tag=a',
      remote: 'Bob <sip:bob@example.com>;tag=b',
      localSequence: 314,
      remoteSequence: null,
      remoteTarget: 'sip:bob@192.0.2.2;transport=tcp',
      routeSet: ['<sip:p1.example;lr>', '<sip:p2.example;lr>'],
    });
  });

  it('by the server: the route set as it came, the other way round', () => {
    expect(uas()).toEqual({
      role: 'uas',
      state: 'confirmed',
      callId: 'call',
      localTag: 'b',
      remoteTag: 'a',
      local: 'Bob <sip:bob@example.com>;tag=b',
      remote: '"Alice" <sip:alice@example.com>;tag=a',
      localSequence: null,
      remoteSequence: 314,
      remoteTarget: 'sip:alice@192.0.2.1:5062',
      routeSet: ['<sip:p2.example;lr>', '<sip:p1.example;lr>'],
    });
  });

  it('survives JSON', () => {
    expect(JSON.parse(JSON.stringify(uac()))).toEqual(uac());
  });

  it('not by a 100, a refusal, or a provisional response without a To tag', () => {
    expect(dialogOfResponse(invite, answer(100))).toBeUndefined();
    expect(dialogOfResponse(invite, answer(486))).toBeUndefined();
    expect(dialogOfResponse(invite, responseTo(invite, 180))).toBeUndefined();
    expect(dialogOfRequest(invite, answer(302))).toBeUndefined();
    expect(dialogOfRequest(invite, responseTo(invite, 180))).toBeUndefined();
  });

  it('early by a 18x, even without a Contact; a peer of RFC 2543 has no tag', () => {
    const early = dialogOfResponse(invite, answer(180, [])) ?? expect.fail();
    expect(early).toMatchObject({ state: 'early', remoteTarget: 'sip:bob@example.com' });
    expect(dialogOfRequest(invite, answer(180))?.state).toBe('early');
    expect(dialogOfResponse(invite, responseTo(invite, 200, { headers: [contact] }))?.remoteTag).toBeNull();
  });

  it('the 2xx confirms an early dialog with its own target and route set (§13.2.2.4)', () => {
    const early = dialogOfResponse(invite, answer(180, [])) ?? expect.fail();
    const answered = withHeader(answer(200), 'Record-Route', '<sip:p3.example;lr>', '<sip:p1.example;lr>');
    expect(confirmed(early, answered)).toMatchObject({
      state: 'confirmed',
      remoteTarget: 'sip:bob@192.0.2.2;transport=tcp',
      routeSet: ['<sip:p1.example;lr>', '<sip:p3.example;lr>'],
    });
    const ours = dialogOfRequest(invite, answer(180)) ?? expect.fail();
    expect(confirmed(ours, answer(200))).toEqual({ ...ours, state: 'confirmed' });
  });
});

describe('which dialog a message belongs to', () => {
  it('our tag first, on both sides', () => {
    const bye = requestWithin(uac(), 'BYE').request;
    expect(keyOfMessage(bye)).toBe(keyOf(uas()));
    expect(keyOfMessage(responseTo(bye, 200))).toBe(keyOf(uac()));
    expect(keyOfMessage(invite)).toBeUndefined();
    expect(keyOf(uac())).not.toBe(keyOf(dialogOfResponse(invite, answer(200, [], 'c')) ?? expect.fail()));
  });
});

describe('requests within (§12.2.1.1)', () => {
  it('loose routing: the remote target in the Request-URI, the whole route set, to the first router', () => {
    const { dialog, request, target } = requestWithin(uac(), 'INFO', {
      headers: [field('Contact', '<sip:alice@192.0.2.1>')],
      body: 'Signal=1',
      contentType: 'application/dtmf-relay',
    });
    expect(dialog).toEqual({ ...uac(), localSequence: 315 });
    expect(target).toBe('sip:p1.example;lr');
    expect(request.uri).toBe('sip:bob@192.0.2.2;transport=tcp');
    expect(request.headers).toEqual([
      field('Route', '<sip:p1.example;lr>'),
      field('Route', '<sip:p2.example;lr>'),
      field('Max-Forwards', '70'),
      field('From', '"Alice" <sip:alice@example.com>;tag=a'),
      field('To', 'Bob <sip:bob@example.com>;tag=b'),
      field('Call-ID', 'call'),
      field('CSeq', '315 INFO'),
      field('Contact', '<sip:alice@192.0.2.1>'),
      field('Content-Type', 'application/dtmf-relay'),
    ]);
    expect(request.body.toString()).toBe('Signal=1');
    expect(header(requestWithin(dialog, 'BYE').request, 'CSeq')).toBe('316 BYE');
  });

  it('strict routing: the router in the Request-URI, the remote target in the last Route', () => {
    const dialog = { ...uac(), routeSet: ['<sip:p1.example;method=INVITE?x=y>', '<sip:p2.example;lr>'] };
    const { request, target } = requestWithin(dialog, 'BYE');
    expect(request.uri).toBe('sip:p1.example');
    expect(target).toBe('sip:p1.example');
    expect(headers(request, 'Route')).toEqual(['<sip:p2.example;lr>', '<sip:bob@192.0.2.2;transport=tcp>']);
  });

  it('no route set: straight to the remote target', () => {
    const { request, target } = requestWithin({ ...uas(), routeSet: [] }, 'BYE');
    expect([request.uri, target]).toEqual(['sip:alice@192.0.2.1:5062', 'sip:alice@192.0.2.1:5062']);
    expect(headers(request, 'Route')).toEqual([]);
    expect(header(request, 'CSeq')).toBe('1 BYE');
  });

  it('the ACK of a 2xx: the number of its INVITE, whatever came between, and its credentials (§13.2.2.4)', () => {
    const { request, target } = ackWithin({ ...uac(), localSequence: 320 }, invite);
    expect(header(request, 'CSeq')).toBe('314 ACK');
    expect(header(request, 'Proxy-Authorization')).toBe('Digest username="alice"');
    expect(header(request, 'To')).toBe('Bob <sip:bob@example.com>;tag=b');
    expect([request.uri, target]).toEqual(['sip:bob@192.0.2.2;transport=tcp', 'sip:p1.example;lr']);
  });
});

describe('the far end', () => {
  it('moves its target, and only that (§12.2.2)', () => {
    const moved = refreshed(uac(), withHeader(invite, 'Contact', '<sip:bob@198.51.100.7>'));
    expect(moved).toEqual({ ...uac(), remoteTarget: 'sip:bob@198.51.100.7' });
    const same = uac();
    expect(refreshed(same, withoutHeader(invite, 'Contact'))).toBe(same);
    expect(refreshed(same, withHeader(invite, 'Contact', '*'))).toBe(same);
  });

  it('counts upwards: a gap is no fault, the same number or a lower one is (race 9)', () => {
    const request = (sequence: string) => withHeader({ ...invite, method: 'INFO' }, 'CSeq', sequence);
    const dialog = uas();
    expect(orderOf(dialog, request('315 INFO'))).toEqual({
      kind: 'inOrder',
      dialog: { ...dialog, remoteSequence: 315 },
    });
    expect(orderOf(dialog, request('9999 INFO')).kind).toBe('inOrder');
    expect(orderOf(dialog, request('314 INFO'))).toEqual({ kind: 'outOfOrder' });
    expect(orderOf(dialog, request('1 INFO'))).toEqual({ kind: 'outOfOrder' });
    expect(orderOf(dialog, request('nonsense'))).toEqual({ kind: 'outOfOrder' });
    expect(orderOf(uac(), request('1 INFO')).kind).toBe('inOrder');
    const ack = withHeader({ ...invite, method: 'ACK' }, 'CSeq', '314 ACK');
    expect(orderOf(dialog, ack)).toEqual({ kind: 'inOrder', dialog });
  });
});

describe('responses (§8.2.6)', () => {
  it('copy what they must, Record-Route only in what may make a dialog, Timestamp only in a 100', () => {
    const request = withHeader(invite, 'Timestamp', '54');
    expect(responseTo(request, 100, { toTag: 'b' }).headers.map(({ name }) => name)).toEqual([
      'Via',
      'From',
      'To',
      'Call-ID',
      'CSeq',
      'Timestamp',
    ]);
    expect(header(responseTo(request, 100, { toTag: 'b' }), 'To')).toBe('Bob <sip:bob@example.com>');
    expect(headers(responseTo(request, 183), 'Record-Route')).toHaveLength(2);
    expect(headers(responseTo(request, 486), 'Record-Route')).toEqual([]);
  });

  it('keep a To tag that is there, add one behind a To without brackets, and know their phrases', () => {
    expect(header(responseTo(withHeader(invite, 'To', '<sip:b@x>;tag=z'), 200, { toTag: 'b' }), 'To')).toBe(
      '<sip:b@x>;tag=z',
    );
    expect(header(responseTo(withHeader(invite, 'To', 'sip:b@x;user=phone'), 200, { toTag: 'b' }), 'To')).toBe(
      'sip:b@x;user=phone;tag=b',
    );
    expect(responseTo(invite, 486).reason).toBe('Busy Here');
    expect(responseTo(invite, 499).reason).toBe('Bad Request');
    expect(responseTo(invite, 486, { reason: 'Later' }).reason).toBe('Later');
    const typed = responseTo(invite, 200, { body: 'v=0', contentType: 'application/sdp' });
    expect([header(typed, 'Content-Type'), typed.body.toString()]).toEqual(['application/sdp', 'v=0']);
  });
});

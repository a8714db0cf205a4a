/** Session timers (RFC 4028; TESTING.md, race 8), which the server keeps for its applications. */
import { describe, expect, test } from 'vitest';
import { type AppDialog, type AppRequest, once } from '../../support/drachtio/application.ts';
import { field, header, headers, type Peer, type PeerAnswer, PeerCall, sdp } from '../../support/drachtio/peer.ts';
import { Queue } from '../../support/drachtio/queue.ts';
import { virtualStage } from '../../support/drachtio/virtualStage.ts';

describe('session timers', () => {
  const stage = virtualStage();

  const called = async (
    fields: readonly [string, string][],
    options: object = {},
  ): Promise<{ peer: Peer; call: PeerCall; dialog: AppDialog; ok: Awaited<ReturnType<PeerCall['answered']>> }> => {
    const { srf, settled } = await stage.app();
    const peer = await stage.peer();
    const dialogs = new Queue<AppDialog>();
    srf.invite(async (req, res) => {
      dialogs.push(await srf.createUAS(req, res, { localSdp: sdp('app'), ...options }));
    });
    await settled();
    const call = peer.invite(stage.at, { extra: fields.map(([name, value]) => field(name, value)) });
    const dialog = await stage.soon(dialogs.next());
    const acknowledged = once(dialog, 'ack');
    const ok = await stage.soon(call.answered());
    await stage.soon(acknowledged);
    return { peer, call, dialog, ok };
  };

  const calling = async (
    answerFields: readonly [string, string][],
  ): Promise<{ peer: Peer; call: PeerAnswer; dialog: AppDialog }> => {
    const { srf } = await stage.app();
    const peer = await stage.peer();
    const dialing = srf.createUAC(peer.uri, {
      localSdp: sdp('app'),
      headers: { 'Session-Expires': '90', Supported: 'timer' },
    });
    const call = await stage.soon(peer.next('INVITE'));
    call.respond(200, { body: sdp('callee'), headers: answerFields.map(([name, value]) => field(name, value)) });
    const dialog = await stage.soon(dialing);
    await stage.soon(peer.acks.next());
    return { peer, call, dialog };
  };

  const reasonOf = (dialog: AppDialog): Promise<unknown> =>
    new Promise(resolve => dialog.once('destroy', (_request, reason) => resolve(reason)));

  const expired = async (dialog: AppDialog, peer: Peer): Promise<void> => {
    const reason = reasonOf(dialog);
    const bye = await stage.soon(peer.next('BYE'));
    expect(header(bye.request, 'Reason')).toBe('SIP ;cause=200 ;text="Session timer expired"');
    bye.respond(200);
    expect(await stage.soon(reason)).toBe('Session timer expired');
    expect(dialog.connected).toBe(false);
  };

  test('too short an interval is refused with 422, before the application hears of it', async () => {
    const { srf, settled } = await stage.app();
    const peer = await stage.peer();
    const requests: AppRequest[] = [];
    srf.invite((req, res) => {
      requests.push(req);
      res.send(486);
    });
    await settled();
    const call = peer.invite(stage.at, { extra: [field('Session-Expires', '60'), field('Supported', 'timer')] });
    const refused = await stage.soon(call.invite.final());
    expect([refused.status, header(refused, 'Min-SE')]).toEqual([422, '90']);
    expect(requests).toEqual([]);
  });

  test('the caller refreshes: it is told so, and the call ends when it does not', async () => {
    const { peer, dialog, ok } = await called([
      ['Session-Expires', '90;refresher=uac'],
      ['Supported', 'timer'],
    ]);
    expect([header(ok, 'Session-Expires'), headers(ok, 'Require')]).toEqual(['90;refresher=uac', ['timer']]);
    const before = stage.clock.now();
    await stage.pass(59_000);
    expect(dialog.connected).toBe(true);
    await expired(dialog, peer);
    // 90 s less a third (RFC 4028, §10).
    expect(Math.round((stage.clock.now() - before) / 1000)).toBe(60);
  });

  test('the interval is never below the Min-SE of the caller, and Require says timer once (RFC 4028, §9)', async () => {
    const { ok, peer, dialog } = await called(
      [
        ['Session-Expires', '90;refresher=uac'],
        ['Supported', 'timer'],
        ['Min-SE', '600'],
      ],
      { headers: { Require: 'timer', 'Session-Expires': '120;refresher=uac' } },
    );
    expect([header(ok, 'Session-Expires'), headers(ok, 'Require')]).toEqual(['600;refresher=uac', ['timer']]);
    await stage.pass(500_000);
    expect(dialog.connected).toBe(true);
    await expired(dialog, peer);
  });

  test('the caller refreshes: each refresh begins the interval anew', async () => {
    const { peer, call, dialog } = await called([
      ['Session-Expires', '90;refresher=uac'],
      ['Supported', 'timer'],
    ]);
    for (let i = 0; i < 3; i += 1) {
      await stage.pass(45_000);
      const again = call.request('INVITE', {
        headers: [
          field('Contact', `<${peer.uri}>`),
          field('Supported', 'timer'),
          field('Session-Expires', '90;refresher=uac'),
        ],
        body: sdp('caller'),
        contentType: 'application/sdp',
      });
      const ok = await stage.soon(again.final());
      expect([ok.status, header(ok, 'Session-Expires')]).toEqual([200, '90;refresher=uac']);
      call.ack(undefined, again);
    }
    await stage.pass(1_000);
    const short = call.request('UPDATE', {
      headers: [field('Contact', `<${peer.uri}>`), field('Supported', 'timer'), field('Session-Expires', '30')],
    });
    expect((await stage.soon(short.final())).status).toBe(422);
    expect(dialog.connected).toBe(true);
    await expired(dialog, peer);
  });

  test('we refresh for the application, by INVITE with the SDP that it said last', async () => {
    const { peer, call, dialog } = await called([
      ['Session-Expires', '90;refresher=uas'],
      ['Supported', 'timer'],
    ]);
    const before = stage.clock.now();
    const refresh = await stage.soon(peer.next('INVITE'));
    expect(Math.round((stage.clock.now() - before) / 1000)).toBe(45);
    expect(header(refresh.request, 'Session-Expires')).toBe('90;refresher=uac');
    expect(refresh.request.body.toString()).toBe(sdp('app'));
    refresh.respond(200, { body: sdp('caller'), headers: [field('Session-Expires', '90;refresher=uac')] });
    expect(
      header(
        await stage.soon(peer.acks.next(({ headers: fields }) => fields.some(({ value }) => value === '1 ACK'))),
        'CSeq',
      ),
    ).toBe('1 ACK');
    const second = await stage.soon(peer.next('INVITE'));
    expect(Math.round((stage.clock.now() - before) / 1000)).toBe(90);
    second.respond(200, { body: sdp('caller'), headers: [field('Session-Expires', '90;refresher=uac')] });
    await stage.soon(peer.acks.next());
    const gone = once(dialog, 'destroy');
    await stage.soon(call.bye());
    await stage.soon(gone);
  });

  test.each([
    ['INVITE', ''],
    ['UPDATE', 'INVITE, ACK, BYE, UPDATE'],
  ])('we refresh by %s where the far end is now, which has moved', async (method, allow) => {
    const { peer, call, dialog } = await called([
      ['Session-Expires', '90;refresher=uas'],
      ['Supported', 'timer'],
      ...(allow === '' ? [] : [['Allow', allow] as [string, string]]),
    ]);
    const away = await stage.peer('10.0.0.9');
    const moved = new PeerCall(away, call.invite);
    moved.dialog = call.dialog;
    const update = moved.request('UPDATE', {
      headers: [
        field('Contact', '<sip:peer@192.168.1.50:5060>'),
        field('Supported', 'timer'),
        field('Session-Expires', '90;refresher=uas'),
      ],
    });
    expect((await stage.soon(update.final())).status).toBe(200);
    const refresh = await stage.soon(away.next(method));
    refresh.respond(200, { headers: [field('Session-Expires', '90;refresher=uac')] });
    if (method === 'INVITE') await stage.soon(away.acks.next());
    expect(peer.requests.left).toEqual([]);
    const gone = once(dialog, 'destroy');
    await stage.soon(moved.bye());
    await stage.soon(gone);
  });

  test('we refresh by UPDATE where the far end takes it; 491 is tried again, 481 is the end', async () => {
    const { peer, dialog } = await calling([
      ['Session-Expires', '90;refresher=uac'],
      ['Allow', 'INVITE, ACK, BYE, UPDATE'],
    ]);
    const refresh = await stage.soon(peer.next('UPDATE'));
    expect(refresh.request.body).toHaveLength(0);
    refresh.respond(491);
    const before = stage.clock.now();
    const again = await stage.soon(peer.next('UPDATE'));
    // Ours is the Call-ID: between 2.1 and 4 s (RFC 3261, §14.1).
    expect(stage.clock.now() - before).toBeGreaterThan(2_000);
    expect(stage.clock.now() - before).toBeLessThan(4_100);
    again.respond(200, { headers: [field('Session-Expires', '90;refresher=uac')] });
    const third = await stage.soon(peer.next('UPDATE'));
    third.respond(481);
    await expired(dialog, peer);
  });

  test('a longer interval, where the far end wants one (422)', async () => {
    const { peer, call, dialog } = await calling([
      ['Session-Expires', '90;refresher=uac'],
      ['Allow', 'UPDATE'],
    ]);
    (await stage.soon(peer.next('UPDATE'))).respond(422, { headers: [field('Min-SE', '1800')] });
    const again = await stage.soon(peer.next('UPDATE'));
    expect(header(again.request, 'Session-Expires')).toBe('1800;refresher=uac');
    again.respond(200, { headers: [field('Session-Expires', '1800;refresher=uac')] });
    await stage.pass(800_000);
    expect(peer.requests.left).toEqual([]);
    const gone = once(dialog, 'destroy');
    await stage.soon(call.bye());
    await stage.soon(gone);
  });

  test('the callee refreshes, and does not: the call ends', async () => {
    const { peer, dialog } = await calling([['Session-Expires', '120;refresher=uas']]);
    await stage.pass(80_000 - 1_000);
    expect(dialog.connected).toBe(true);
    await expired(dialog, peer);
  });

  test('no answer to a refresh: the call ends', async () => {
    const { peer, dialog } = await calling([
      ['Session-Expires', '90;refresher=uac'],
      ['Allow', 'UPDATE'],
    ]);
    await stage.soon(peer.next('UPDATE'));
    await expired(dialog, peer);
  });

  test("a change of the application's carries the session on", async () => {
    const { peer, call, dialog } = await calling([['Session-Expires', '90;refresher=uac']]);
    const modified = dialog.modify(sdp('app2'));
    const again = await stage.soon(peer.next('INVITE'));
    expect(header(again.request, 'Session-Expires')).toBe('90;refresher=uac');
    again.respond(200, { body: sdp('callee2'), headers: [field('Session-Expires', '90;refresher=uas')] });
    await stage.soon(modified);
    await stage.soon(peer.acks.next());
    // They refresh now.
    await stage.pass(50_000);
    expect(peer.requests.left).toEqual([]);
    const gone = once(dialog, 'destroy');
    await stage.soon(call.bye());
    await stage.soon(gone);
  });

  test('nobody asked for one: there is none', async () => {
    const { call, dialog, ok, peer } = await called([['Session-Expires', '90']]);
    expect(header(ok, 'Session-Expires')).toBeUndefined();
    await stage.pass(3_600_000);
    expect(peer.requests.left).toEqual([]);
    expect(dialog.connected).toBe(true);
    const gone = once(dialog, 'destroy');
    await stage.soon(call.bye());
    await stage.soon(gone);
  });

  test('the application says how it wants it', async () => {
    const { ok, dialog, call, peer } = await called([['Supported', 'timer']], {
      headers: { 'Session-Expires': '300;refresher=uas' },
    });
    expect(headers(ok, 'Session-Expires')).toEqual(['300;refresher=uas']);
    const refresh = await stage.soon(peer.next('INVITE'));
    refresh.respond(200, { body: sdp('caller') });
    await stage.soon(peer.acks.next());
    // Its 2xx names no interval any more: the timer is off.
    await stage.pass(3_600_000);
    expect(dialog.connected).toBe(true);
    const gone = once(dialog, 'destroy');
    await stage.soon(call.bye());
    await stage.soon(gone);
  });
});

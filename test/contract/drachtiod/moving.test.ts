/** A far end that moves in a call, and one whose Contact leads nowhere: behind a NAT, by a name that nobody knows. */
import { expect, test } from 'vitest';
import { type AppDialog, type AppRequest, type AppResponse, once } from '../../support/drachtio/application.ts';
import { field, type Peer, PeerCall, sdp, toTag } from '../../support/drachtio/peer.ts';
import { Queue } from '../../support/drachtio/queue.ts';
import { contract } from '../../support/drachtio/stage.ts';

/** What a phone behind a NAT believes to be reached by. */
const inside = '<sip:101@192.168.1.50:5060>';
const named = '<sip:101@ANNA-PC>';

contract('a far end moves', stage => {
  const at = (address: string, protocol: 'udp' | 'tcp' = 'udp') =>
    stage.peer({ protocol, listener: { protocol, address, port: 0 } });

  const called = async (peer: Peer, contact = inside) => {
    const { srf, settled } = await stage.app();
    const dialogs = new Queue<AppDialog>();
    srf.invite(async (req, res) => {
      dialogs.push(await srf.createUAS(req, res, { localSdp: sdp('app') }));
    });
    await settled();
    const to = peer.protocol === 'udp' ? stage.server.udp : stage.server.tcp;
    if (to === undefined) throw new Error('no TCP listener');
    const request = peer.compose('INVITE', to, { body: sdp('caller') });
    const headers = request.headers.map(entry => (entry.name === 'Contact' ? field('Contact', contact) : entry));
    const call = new PeerCall(peer, peer.send({ ...request, headers }));
    const dialog = await dialogs.next();
    const acknowledged = once(dialog, 'ack');
    await call.answered();
    await acknowledged;
    return { call, dialog };
  };

  /** The same call, as another peer goes on with it: the phone, or somebody who has heard of its tags. */
  const elsewhere = (peer: Peer, call: PeerCall): PeerCall => {
    const moved = new PeerCall(peer, call.invite);
    moved.dialog = call.dialog;
    return moved;
  };

  /** The next request of ours within the dialog gets there, and nowhere else. */
  const isReachedAt = async (peer: Peer, dialog: AppDialog, not?: Peer): Promise<void> => {
    const destroyed = dialog.destroy();
    (await peer.next('BYE')).respond(200);
    await destroyed;
    expect(not?.requests.left ?? []).toEqual([]);
  };

  const reinvited = async (from: PeerCall, dialog: AppDialog, status = 200): Promise<number> => {
    dialog.on('modify', (_req: AppRequest, res: AppResponse) => {
      res.send(status, status < 300 ? { body: sdp('app2') } : {});
    });
    const again = from.request('INVITE', {
      headers: [field('Contact', inside)],
      body: sdp('moved'),
      contentType: 'application/sdp',
    });
    const answer = await again.final();
    if (answer.status < 300) {
      const acknowledged = once(dialog, 'ack');
      from.ack(undefined, again);
      await acknowledged;
    }
    return answer.status;
  };

  test('before it does: requests go back where its INVITE came from', async () => {
    const a = await at('127.0.0.1');
    const { dialog } = await called(a);
    await isReachedAt(a, dialog);
  });

  stage.departure('a re-INVITE with the same Contact from another network', async () => {
    const [a, b] = [await at('127.0.0.1'), await at('127.0.0.2')];
    const { call, dialog } = await called(a);
    expect(await reinvited(elsewhere(b, call), dialog)).toBe(200);
    await isReachedAt(b, dialog, a);
  });

  stage.departure('an UPDATE from another network', async () => {
    const [a, b] = [await at('127.0.0.1'), await at('127.0.0.2')];
    const { call, dialog } = await called(a);
    const update = elsewhere(b, call).request('UPDATE', { headers: [field('Contact', inside)] });
    expect((await update.final()).status).toBe(200);
    await isReachedAt(b, dialog, a);
  });

  stage.departure('a re-INVITE over another connection, when the first one is gone', async () => {
    const [a, b] = [await at('127.0.0.1', 'tcp'), await at('127.0.0.2', 'tcp')];
    const { call, dialog } = await called(a);
    await a.close();
    expect(await reinvited(elsewhere(b, call), dialog)).toBe(200);
    await isReachedAt(b, dialog);
  });

  stage.departure('a request without a Contact over another connection, when the first one is gone', async () => {
    const [a, b] = [await at('127.0.0.1', 'tcp'), await at('127.0.0.2', 'tcp')];
    const { call, dialog } = await called(a);
    await a.close();
    dialog.on('info', (_req: AppRequest, res: AppResponse) => res.send(200));
    expect((await elsewhere(b, call).request('INFO').final()).status).toBe(200);
    await isReachedAt(b, dialog);
  });

  stage.departure('a NAT that gives it another port shows in any request', async () => {
    const [a, b] = [await at('127.0.0.1'), await at('127.0.0.1')];
    const { call, dialog } = await called(a);
    dialog.on('info', (_req: AppRequest, res: AppResponse) => res.send(200));
    expect((await elsewhere(b, call).request('INFO').final()).status).toBe(200);
    await isReachedAt(b, dialog, a);
  });

  test('a request from another network that refreshes no target moves nothing', async () => {
    const [a, b] = [await at('127.0.0.1'), await at('127.0.0.2')];
    const { call, dialog } = await called(a);
    dialog.on('info', (_req: AppRequest, res: AppResponse) => res.send(200));
    expect((await elsewhere(b, call).request('INFO').final()).status).toBe(200);
    await isReachedAt(a, dialog, b);
  });

  test('a refresh that is refused moves nothing', async () => {
    const [a, b] = [await at('127.0.0.1'), await at('127.0.0.2')];
    const { call, dialog } = await called(a);
    expect(await reinvited(elsewhere(b, call), dialog, 488)).toBe(488);
    await isReachedAt(a, dialog, b);
  });

  stage.departure('nor does a stranger: without both tags 481, with an old CSeq 500', async () => {
    const [a, b] = [await at('127.0.0.1'), await at('127.0.0.2')];
    const { call, dialog } = await called(a);
    const stranger = elsewhere(b, call);
    const known = call.dialog;
    if (known === undefined) throw new Error('no dialog');
    for (const forged of [{ localTag: 'x' }, { remoteTag: 'x' }, { callId: 'x' }, { localSequence: 0 }]) {
      const remote = forged.remoteTag === undefined ? known.remote : known.remote.replace(/;tag=.*/, ';tag=x');
      const local = forged.localTag === undefined ? known.local : known.local.replace(/;tag=.*/, ';tag=x');
      stranger.dialog = { ...known, ...forged, remote, local };
      const answer = await stranger.request('UPDATE', { headers: [field('Contact', inside)] }).final();
      expect(answer.status).toBe(forged.localSequence === undefined ? 481 : 500);
    }
    await isReachedAt(a, dialog, b);
  });
});

contract('a Contact that leads nowhere', stage => {
  test.each([
    ['a private address', inside],
    ['the name of a computer', named],
    ['a name of its own network', '<sip:101@phone.local>'],
  ])('of a caller: %s', async (_title, contact) => {
    const { srf, settled } = await stage.app();
    const peer = await stage.peer();
    const dialogs = new Queue<AppDialog>();
    srf.invite(async (req, res) => {
      dialogs.push(await srf.createUAS(req, res, { localSdp: sdp('app') }));
    });
    await settled();
    const request = peer.compose('INVITE', stage.server.udp, { body: sdp('caller') });
    const headers = request.headers.map(entry => (entry.name === 'Contact' ? field('Contact', contact) : entry));
    const call = new PeerCall(peer, peer.send({ ...request, headers }));
    const dialog = await dialogs.next();
    const acknowledged = once(dialog, 'ack');
    await call.answered();
    await acknowledged;
    const destroyed = dialog.destroy();
    (await peer.next('BYE')).respond(200);
    await destroyed;
  });

  test.each([
    ['a private address', inside],
    ['the name of a computer', named],
    ['a name of its own network', '<sip:101@phone.local>'],
  ])('of a callee: %s', async (_title, contact) => {
    const { srf } = await stage.app();
    const peer = await stage.peer();
    const dialing = srf.createUAC(peer.uri, { localSdp: sdp('app') });
    const call = await peer.next('INVITE');
    const accepted = call.prepare(200, { body: sdp('callee') });
    call.transaction.respond({
      ...accepted,
      headers: accepted.headers.map(entry => (entry.name === 'Contact' ? field('Contact', contact) : entry)),
    });
    await peer.acks.next();
    const dialog = await dialing;
    const destroyed = dialog.destroy();
    (await peer.next('BYE')).respond(200);
    await destroyed;
  });

  stage.departure('of two callees that answer one INVITE: each has its ACK, and the second its BYE', async () => {
    const { srf } = await stage.app();
    const [front, behind] = [
      await stage.peer(),
      await stage.peer({ listener: { protocol: 'udp', address: '127.0.0.2', port: 0 } }),
    ];
    const dialing = srf.createUAC(front.uri, { localSdp: sdp('app') });
    const call = await front.next('INVITE');
    call.respond(200, { body: sdp('a'), tag: 'fork-a' });
    expect(toTag(await front.acks.next())).toBe('fork-a');
    const dialog = await dialing;
    // As by a proxy that stays out of the dialogs: the answer comes from the other phone itself.
    const other = call.prepare(200, { body: sdp('b'), tag: 'fork-b' });
    const headers = other.headers.map(entry => (entry.name === 'Contact' ? field('Contact', inside) : entry));
    await behind.stack.sendResponse({ ...other, headers }, call.transaction);
    expect(toTag(await behind.acks.next())).toBe('fork-b');
    const bye = await behind.next('BYE');
    expect(toTag(bye.request)).toBe('fork-b');
    bye.respond(200);
    const gone = once(dialog, 'destroy');
    call.prepare(200, { tag: 'fork-a' });
    await call.bye();
    await gone;
  });
});

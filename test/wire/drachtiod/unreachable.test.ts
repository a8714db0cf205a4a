/** A callee that answers and is gone: nobody is left in a call with it. */
import { describe, expect, test } from 'vitest';
import type { AppDialog } from '../../support/drachtio/application.ts';
import { header, Peer, sdp } from '../../support/drachtio/peer.ts';
import { virtualStage } from '../../support/drachtio/virtualStage.ts';

describe('a callee that no ACK reaches', () => {
  const stage = virtualStage();

  const answered = async (): Promise<{ peer: Peer; dialog: AppDialog; reason: Promise<unknown> }> => {
    const { srf } = await stage.app();
    const { clock, network } = stage.world;
    const peer = await Peer.open({ protocol: 'tcp', clock, listener: network.transport('tcp', '10.0.0.5') });
    const dialing = srf.createUAC(peer.uri, { localSdp: sdp('app') });
    const call = await stage.soon(peer.next('INVITE'));
    call.respond(200, { body: sdp('callee') });
    await peer.close();
    const dialog = await stage.soon(dialing);
    return { peer, dialog, reason: new Promise(resolve => dialog.once('destroy', (_, why) => resolve(why))) };
  };

  test('the application is told, once its 2xx would not come again', async () => {
    const { dialog, reason } = await answered();
    const before = stage.clock.now();
    expect(await stage.soon(reason)).toBe('ACK could not be sent');
    expect(dialog.connected).toBe(false);
    expect(Math.round((stage.clock.now() - before) / 1_000)).toBe(32);
  });

  test('it is there again, and its repeated 2xx is acknowledged: the call stands', async () => {
    const { dialog } = await answered();
    const { clock, network } = stage.world;
    const again = await Peer.open({ protocol: 'tcp', clock, listener: network.transport('tcp', '10.0.0.5') });
    const invite = network.sent(/^INVITE/)[0];
    const via = /^Via: (.*)$/m.exec(invite?.bytes.toString() ?? '')?.[1]?.trim();
    const ids = ['From', 'Call-ID', 'CSeq'].map(name =>
      new RegExp(`^${name}: .*$`, 'm').exec(invite?.bytes.toString() ?? '')?.[0]?.trim(),
    );
    const to = `To: <${again.uri}>;tag=${dialog.sip.remoteTag}`;
    network.inject(
      [`SIP/2.0 200 OK`, `Via: ${via}`, ...ids, to, `Contact: <${again.uri}>`, 'Content-Length: 0', '', ''].join(
        '\r\n',
      ),
      { protocol: 'tcp', address: '10.0.0.5', port: 5060 },
      { protocol: 'tcp', address: '10.0.0.1', port: 5060 },
    );
    expect(header(await stage.soon(again.acks.next()), 'CSeq')).toContain('ACK');
    await stage.pass(60_000);
    expect(dialog.connected).toBe(true);
    const over = dialog.destroy();
    (await stage.soon(again.next('BYE'))).respond(200);
    await stage.soon(over);
    await again.close();
  });
});

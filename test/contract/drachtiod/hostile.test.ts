/** What strangers write reaches the application as text, and nothing else (TESTING.md, hostile text). */
import { expect, test } from 'vitest';
import { type AppDialog, type AppRequest, once } from '../../support/drachtio/application.ts';
import { field, header, headers, sdp } from '../../support/drachtio/peer.ts';
import { Queue } from '../../support/drachtio/queue.ts';
import { contract } from '../../support/drachtio/stage.ts';
import { hostileTexts } from '../../support/hostileTexts.ts';

/** What may stand in one header field at all: the others cannot be sent, or are refused before anybody sees them. */
const sendable = hostileTexts.filter(text => !/[\r\n\0\ud800-\udfff]/.test(text) && text.length < 4_000);

contract('hostile text', stage => {
  test.each(sendable)('%j from the network', async text => {
    const { srf, settled } = await stage.app();
    const peer = await stage.peer();
    const requests = new Queue<AppRequest>();
    srf.message((req, res) => {
      requests.push(req);
      res.send(200, { headers: { 'X-Echo': req.get('X-Text') } });
    });
    await settled();
    const quoted = `"${text.replace(/[\\"]/g, '\\$&')}"`;
    const request = peer.compose('MESSAGE', stage.server.udp, {
      extra: [field('X-Text', text), field('Subject', text), field('User-Agent', text)],
      body: text,
    });
    const asked = peer.send({
      ...request,
      headers: request.headers.map(entry =>
        entry.name === 'From' ? field('From', `${quoted} <sip:peer@example.com>;tag=x`) : entry,
      ),
    });
    const answer = await asked.final();
    expect(answer.status).toBe(200);
    const req = await requests.next();
    expect([req.get('X-Text'), req.get('Subject'), req.get('User-Agent'), req.body]).toEqual([text, text, text, text]);
    expect(req.get('From')).toContain(quoted);
    expect(Object.keys(req.headers)).not.toContain('X-Injected');
    expect(header(answer, 'X-Echo')).toBe(text);
  });

  test.each(sendable)('%j from the application', async text => {
    const { srf } = await stage.app();
    const peer = await stage.peer();
    const sending = srf.request(peer.uri, {
      method: 'MESSAGE',
      headers: { 'X-Text': text, 'Content-Type': 'text/plain' },
      body: text,
    });
    const arrived = await peer.next('MESSAGE');
    expect([header(arrived.request, 'X-Text'), arrived.request.body.toString()]).toEqual([text, text]);
    const sent = await sending;
    const answered = once(sent, 'response');
    arrived.respond(200);
    await answered;
  });

  test('the separators of the protocol in the names of a dialog', async () => {
    const { srf, settled } = await stage.app();
    const peer = await stage.peer();
    const dialogs = new Queue<AppDialog>();
    srf.invite(async (req, res) => {
      dialogs.push(await srf.createUAS(req, res, { localSdp: sdp('app') }));
    });
    await settled();
    const call = peer.invite(stage.server.udp, { callId: '12#a|b|OK|c;from-tag=x' });
    const dialog = await dialogs.next();
    const ok = await call.answered();
    expect(header(ok, 'Call-ID')).toBe('12#a|b|OK|c;from-tag=x');
    expect(dialog.id).not.toContain('|');
    const gone = once(dialog, 'destroy');
    expect((await call.bye()).status).toBe(200);
    await gone;
  });

  test('a message of many header fields', async () => {
    const { srf, settled } = await stage.app();
    const peer = await stage.peer();
    srf.message((req, res) => res.send(200, { headers: { 'X-Count': String(req.get('X-Many').split(',').length) } }));
    await settled();
    const extra = Array.from({ length: 60 }, (_, i) => field('X-Many', String(i)));
    const answer = await peer.ask('MESSAGE', stage.server.udp, { extra }).final();
    expect(headers(answer, 'X-Count')).toEqual(['60']);
  });
});

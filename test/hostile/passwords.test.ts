/** Whoever guesses passwords, or forges addresses, keeps nobody from registering and calling. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Phone } from '../support/signalling/phone.ts';
import { statusOf } from '../support/signalling/sipText.ts';
import { callIdOf, statusOf as statusIn } from '../support/wire/stranger.ts';
import { besideACall, type Scene } from './support/besideACall.ts';
import { strangeRequest } from './support/message.ts';

const server = ({ switchboard }: Scene) => ({ host: switchboard.address, port: switchboard.port });

/** REGISTER with credentials that are made up, but for the nonce. */
const guess = (phone: Phone, nonce: string, user: string) =>
  phone.request('REGISTER', `sip:${phone.target}`, {
    To: `<sip:${user}@${phone.target}>`,
    Authorization:
      `Digest username="${user}", realm="kozpont", nonce="${nonce}", uri="sip:${phone.target}", algorithm=MD5, ` +
      `response="${'0'.repeat(32)}", qop=auth, nc=00000001, cnonce="c"`,
  });

const nonceIn = (text: string): string => /nonce="([^"]+)"/.exec(text)?.[1] ?? '';

describe('phones of the office register and call', () => {
  test(
    'while others guess at their address, and forge it',
    besideACall(async scene => {
      const { stranger, switchboard } = scene;
      const from = `${stranger.address}:${stranger.port}`;
      await stranger.send(strangeRequest({ method: 'REGISTER', from, callId: 'mine', to: 'To: <sip:102@h>' }));
      const challenged = await stranger.until('a challenge', () =>
        stranger.received.find(text => callIdOf(text) === 'mine'),
      );
      expect(statusIn(challenged)).toBe(401);

      const user = { user: '102', password: await switchboard.passwordOf('102') };
      // At the address of the phones: a nonce of the stranger's, then nonces that were really issued there.
      const forger = await Phone.open(server(scene), '102');
      for (let i = 0; i < 200; i++) guess(forger, nonceIn(challenged), '102');
      await sleep(300);
      const phone = await Phone.open(server(scene), '102');
      expect(statusOf(await phone.register(user))).toBe(200);
      for (let i = 0; i < 60; i++) expect([401, 403]).toContain(await wrongly(forger));
      const other = await Phone.open(server(scene), '103');
      expect(statusOf(await other.register({ user: '103', password: await switchboard.passwordOf('103') }))).toBe(200);
      expect(statusOf(await phone.register(user))).toBe(200);

      // Somebody at the very address of the office guesses without end; phones that start anew are let in.
      const [mine] = forger.log.filter(one => statusOf(one) === 401).slice(-1);
      const nonce = nonceIn(mine?.fields.map(([, value]) => value).join('\n') ?? '');
      let guessing = true;
      const guesses = (async () => {
        for (; guessing; await sleep(100)) for (let i = 0; i < 20; i++) guess(forger, nonce, '102');
      })();
      for (let round = 0; round < 4; round++) {
        await sleep(1_000);
        const started = await Phone.open(server(scene), '103');
        const password = await switchboard.passwordOf('103');
        expect(statusOf(await started.register({ user: '103', password }))).toBe(200);
        await started.close();
      }
      guessing = false;
      await guesses;
      for (const one of [forger, phone, other]) await one.close();

      // What it says of it is a few lines, and none of them has a password or a whole header in it.
      const lines = switchboard.log.split('\n').filter(line => line.includes('not let in'));
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.length).toBeLessThan(10);
    }),
  );
});

/** A guess with a nonce of its own; the answer to a later one may still be on its way. */
async function wrongly(phone: Phone): Promise<number> {
  const request = phone.request('REGISTER', `sip:${phone.target}`, { To: `<sip:102@${phone.target}>` });
  const callId = (text: { fields: readonly (readonly [string, string])[] }) =>
    text.fields.find(([name]) => name.toLowerCase() === 'call-id')?.[1];
  const challenged = await phone.next(one => callId(one) === callId(request), 'a challenge');
  const nonce = nonceIn(challenged.fields.map(([, value]) => value).join('\n'));
  const sent = guess(phone, nonce, '102');
  await sleep(5);
  const answer = phone.has(one => callId(one) === callId(sent))
    ? await phone.next(one => callId(one) === callId(sent))
    : challenged;
  return statusOf(answer);
}

import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { RegistrationStore, SavedBinding } from '../../../src/signalling/registrar/store.ts';
import { parseChallenge } from '../../support/signalling/digestClient.ts';
import { type OpenRig, passwords, theirSdp, userOf } from '../../support/signalling/rig.ts';
import { addressOf, fieldOf, fieldsOf, statusOf } from '../../support/signalling/sipText.ts';

export const registration = (open: OpenRig): void => {
  test('SHA-256 is offered before MD5, each in a field of its own, with one nonce', async () => {
    const rig = await open();
    const phone = await rig.phone('101');
    phone.request('REGISTER', `sip:${phone.target}`, { To: `<sip:101@${phone.target}>` });
    const challenged = await phone.next(401);
    const challenges = fieldsOf(challenged, 'WWW-Authenticate').map(parseChallenge);
    expect(challenges.map(one => one.algorithm)).toEqual(['SHA-256', 'MD5']);
    expect(challenges[0]?.nonce).toBe(challenges[1]?.nonce);
    expect(challenges.every(one => one.realm === 'kozpont.test' && !one.stale)).toBe(true);
  });

  test.each(['SHA-256', 'MD5'])('a phone registers with %s, and unregisters', async algorithm => {
    const rig = await open();
    const phone = await rig.phone('101');
    expect(rig.signalling.reachable('101')).toBe(false);
    const request = phone.request('REGISTER', `sip:${phone.target}`, {
      To: `<sip:101@${phone.target}>`,
      Expires: '120',
    });
    const challenged = await phone.next(401);
    const again = phone.withCredentials(request, challenged, userOf('101'), algorithm);
    const accepted = await phone.next(200);
    expect(addressOf(fieldOf(accepted, 'Contact'))).toBe(addressOf(phone.contact));
    expect(fieldOf(accepted, 'Contact')).toContain('expires=120');
    expect(rig.exchange.reachability).toEqual([['101', true]]);
    expect(rig.signalling.reachable('101')).toBe(true);

    const leaving = {
      ...again,
      fields: again.fields.map(([name, value]) =>
        name === 'Expires' ? ([name, '0'] as const) : ([name, value] as const),
      ),
    };
    phone.withCredentials(leaving, challenged, userOf('101'), algorithm, 2);
    const left = await phone.next(200);
    expect(fieldsOf(left, 'Contact')).toEqual([]);
    expect(rig.exchange.reachability).toEqual([
      ['101', true],
      ['101', false],
    ]);
    expect(rig.signalling.reachable('101')).toBe(false);
  });

  test("a wrong password, an extension that is none and another one's registration get the same answer", async () => {
    const rig = await open();
    const answers: string[] = [];
    for (const [aor, user, password] of [
      ['101', '101', 'wrong'],
      ['999', '999', 'wrong'],
      ['102', '101', 'one-oh-one'],
    ] as const) {
      const phone = await rig.phone(aor);
      const refused = await phone.register({ user, password }, { To: `<sip:${aor}@${phone.target}>` });
      answers.push(refused.startLine);
    }
    expect(answers).toEqual(Array(3).fill('SIP/2.0 403 Forbidden'));
    expect(rig.exchange.reachability).toEqual([]);
  });

  test('a count that was used already is a replay: a new nonce is asked for, as stale', async () => {
    const rig = await open();
    const phone = await rig.phone('101');
    const request = phone.request('REGISTER', `sip:${phone.target}`, { To: `<sip:101@${phone.target}>` });
    const challenged = await phone.next(401);
    const first = phone.withCredentials(request, challenged, userOf('101'));
    expect((await phone.next(200)).startLine).toContain('200');
    phone.withCredentials(first, challenged, userOf('101'));
    const again = await phone.next(401);
    expect(parseChallenge(fieldOf(again, 'WWW-Authenticate')).stale).toBe(true);
  });

  test.each(['udp', 'tcp'] as const)('what is written down of a phone (%s) leads to it again', async transport => {
    let written: readonly SavedBinding[] = [];
    const store: RegistrationStore = {
      load: async () => written,
      changed: all => {
        written = all();
      },
    };
    const registrations = { store, connectionsLast: true };
    const rig = await open({ registrations });
    const phone = await rig.registered('101', transport);
    expect(written).toMatchObject([{ extension: '101', contact: addressOf(phone.contact) }]);

    // The server, and the connection of the phone with it, goes on for another process.
    const next = await open({ registrations });
    expect(next.signalling.reachable('101')).toBe(true);
    expect(next.exchange.reachability).toEqual([]);
    const { leg, watch } = next.dial('101');
    const invite = await phone.next('INVITE');
    phone.respond(invite, 200, {}, theirSdp());
    await phone.next('ACK');
    await watch.next('answered');
    leg.hangUp();
    phone.respond(await phone.next('BYE'), 200);
    await watch.next('ended');
  });

  test('several phones of one extension, listed and unregistered all at once', async () => {
    const rig = await open();
    const first = await rig.registered('101');
    const second = await rig.registered('101', 'tcp');
    const asked = await first.register(userOf('101'), { Contact: [], Expires: [] });
    const contacts = fieldsOf(asked, 'Contact').join(', ');
    expect(contacts).toContain(addressOf(first.contact));
    expect(contacts).toContain(addressOf(second.contact));
    const left = await second.register(userOf('101'), { Contact: '*', Expires: '0' });
    expect(statusOf(left)).toBe(200);
    expect(fieldsOf(left, 'Contact')).toEqual([]);
    expect(rig.exchange.reachability).toEqual([
      ['101', true],
      ['101', false],
    ]);
  });

  test('too short an interval is 423, a star with an interval is 400', async () => {
    const rig = await open();
    const phone = await rig.phone('101');
    const brief = await phone.register(userOf('101'), { Expires: '10' });
    expect(statusOf(brief)).toBe(423);
    expect(fieldOf(brief, 'Min-Expires')).toBe('60');
    const star = phone.request('REGISTER', `sip:${phone.target}`, {
      To: `<sip:101@${phone.target}>`,
      Contact: '*',
      Expires: '60',
    });
    const refused = await phone.next(message => [400, 401].includes(statusOf(message)));
    if (statusOf(refused) === 401) {
      phone.withCredentials(star, refused, userOf('101'));
      expect((await phone.next(400)).startLine).toContain('400');
    }
    expect(rig.signalling.reachable('101')).toBe(false);
  });

  test('what is required and not there is 420', async () => {
    const rig = await open();
    const phone = await rig.phone('101');
    phone.request('REGISTER', `sip:${phone.target}`, { To: `<sip:101@${phone.target}>`, Require: 'gruu, path' });
    expect(fieldOf(await phone.next(420), 'Unsupported')).toBe('gruu, path');
  });

  test('a binding goes when its time is over', async () => {
    const rig = await open({ virtual: true });
    await rig.registered('101');
    expect(rig.signalling.reachable('101')).toBe(true);
    await rig.pass(299_000);
    expect(rig.signalling.reachable('101')).toBe(true);
    await rig.pass(2_000);
    expect(rig.signalling.reachable('101')).toBe(false);
    expect(rig.exchange.reachability).toEqual([
      ['101', true],
      ['101', false],
    ]);
  });

  test('who guesses waits; the right password is let in at once, whatever others send from its address', async () => {
    const rig = await open({ virtual: true });
    const guesser = await rig.phone('101');
    const guess = { user: '101', password: 'wrong' };
    for (let i = 0; i < 10; i++) expect(statusOf(await guesser.register(guess))).toBe(403);
    const answered = guesser.register(guess);
    await rig.roundTrip();
    const phone = await rig.registered('101');
    expect(guesser.has(403)).toBe(false);
    await rig.pass(3_000);
    expect(statusOf(await answered)).toBe(403);
    expect(statusOf(await phone.register(userOf('101')))).toBe(200);
  });

  test('a password proved in the form of RFC 2069 is one, for one request', async () => {
    const rig = await open();
    const phone = await rig.phone('101');
    const uri = `sip:${phone.target}`;
    const register = (credentials: Record<string, string>) =>
      phone.request('REGISTER', uri, { To: `<sip:101@${phone.target}>`, ...credentials });
    register({});
    const { realm, nonce } = parseChallenge(fieldsOf(await phone.next(401), 'WWW-Authenticate')[1] ?? '');
    const md5 = (text: string) => createHash('md5').update(text).digest('hex');
    const response = md5(`${md5(`101:${realm}:${passwords['101']}`)}:${nonce}:${md5(`REGISTER:${uri}`)}`);
    const old = `Digest username="101", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}"`;
    register({ Authorization: old });
    await phone.next(200);
    register({ Authorization: old });
    expect(fieldOf(await phone.next(401), 'WWW-Authenticate')).toContain('stale=true');
  });

  test('an INVITE goes to where the REGISTER came from, whatever the contact says', async () => {
    const rig = await open();
    const phone = await rig.phone('101');
    const accepted = await phone.register(userOf('101'), { Contact: '<sip:101@192.168.77.7:5062>' });
    expect(fieldOf(accepted, 'Contact')).toContain('<sip:101@192.168.77.7:5062>');
    const { leg, watch } = rig.dial('101');
    const invite = await phone.next('INVITE');
    expect(invite.startLine).toBe('INVITE sip:101@192.168.77.7:5062 SIP/2.0');
    leg.cancel();
    await watch.next('failed');
    phone.respond(invite, 487);
  });

  test('an INVITE to a phone that registered over TCP goes through its connection', async () => {
    const rig = await open();
    const phone = await rig.registered('101', 'tcp');
    const { leg, watch } = rig.dial('101');
    const invite = await phone.next('INVITE');
    phone.respond(invite, 180);
    await watch.next('ringing');
    leg.cancel();
    expect((await watch.next('failed')).failure.reason).toBe('cancelled');
    await phone.next('CANCEL');
    phone.respond(invite, 487);
  });

  test('a phone behind a NAT over UDP registers for as long as the NAT remembers it, others as they ask', async () => {
    const rig = await open({ registrar: { natExpires: 70 } });
    const phone = await rig.phone('101');
    const natted = await phone.register(userOf('101'), { Contact: '<sip:101@192.168.77.7:5062>', Expires: '3600' });
    expect(fieldOf(natted, 'Contact')).toMatch(/expires=70$/);
    const plain = await rig.phone('102');
    expect(fieldOf(await plain.register(userOf('102'), { Expires: '3600' }), 'Contact')).toMatch(/expires=3600$/);
    const stream = await rig.phone('103', 'tcp');
    const connected = await stream.register(userOf('103'), { Contact: '<sip:103@192.168.77.7>', Expires: '3600' });
    expect(fieldOf(connected, 'Contact')).toMatch(/expires=3600$/);
  });

  test('a phone that begins anew with another user part rings once', async () => {
    const rig = await open();
    const phone = await rig.phone('101');
    for (const user of ['a1', 'a2']) {
      const accepted = await phone.register(userOf('101'), { Contact: `<sip:${user}@192.168.77.7:5062>` });
      expect(fieldsOf(accepted, 'Contact').map(addressOf)).toEqual([`sip:${user}@192.168.77.7:5062`]);
    }
    expect(rig.signalling.registrations).toEqual({ extensions: 1, bindings: 1 });
  });

  test('a long contact is taken, and one that is too long is told so', async () => {
    const rig = await open();
    const phone = await rig.phone('101');
    const contact = (length: number) =>
      `<sip:101@${phone.address.host}:${phone.address.port};pn-prid=${'a'.repeat(length)}>`;
    expect(statusOf(await phone.register(userOf('101'), { Contact: contact(900) }))).toBe(200);
    phone.request('REGISTER', `sip:${phone.target}`, { To: `<sip:101@${phone.target}>`, Contact: contact(2_100) });
    expect((await phone.next(400)).startLine).toBe('SIP/2.0 400 Contact Too Long');
  });

  test('a Path that the server could not follow is refused, not dropped', async () => {
    const rig = await open();
    const phone = await rig.phone('101');
    const { host, port } = phone.address;
    const refused = await phone.register(userOf('101'), { Path: `<sip:${host}:${port};lr>`, Supported: 'path' });
    expect([statusOf(refused), fieldOf(refused, 'Unsupported')]).toEqual([420, 'path']);
    expect(rig.signalling.reachable('101')).toBe(false);
  });

  test('outbound (RFC 5626): by a connection, with the time in which we expect a ping; a flow replaces itself alone', async () => {
    const rig = await open();
    const instance = '+sip.instance="<urn:uuid:00000000-0000-1000-8000-000a95a0e128>"';
    const flow = async (id: number) => {
      const phone = await rig.phone('101', 'tcp');
      const Contact = `${phone.contact};${instance};reg-id=${id}`;
      return { phone, accepted: await phone.register(userOf('101'), { Contact, Supported: 'path, outbound' }) };
    };
    const first = await flow(1);
    expect(fieldOf(first.accepted, 'Require')).toBe('outbound');
    expect(fieldOf(first.accepted, 'Flow-Timer')).toBe('120');
    expect(fieldOf(first.accepted, 'Contact')).toContain(`;${instance};reg-id=1;`);
    const second = await flow(2);
    expect(rig.signalling.registrations.bindings).toBe(2);
    const again = await flow(1);
    expect(rig.signalling.registrations.bindings).toBe(2);
    // The last flow alone rings.
    const { leg, watch } = rig.dial('101');
    const invite = await again.phone.next('INVITE');
    expect(second.phone.log.some(message => message.startLine.startsWith('INVITE'))).toBe(false);
    leg.cancel();
    await watch.next('failed');
    again.phone.respond(invite, 487);
    const datagrams = await rig.phone('102');
    const plain = await datagrams.register(userOf('102'), {
      Contact: `${datagrams.contact};${instance};reg-id=1`,
      Supported: 'outbound',
    });
    expect([statusOf(plain), fieldsOf(plain, 'Require')]).toEqual([200, []]);
  });

  test('a phone whose connection is gone is not waited for, and is forgotten', async () => {
    const rig = await open();
    const phone = await rig.registered('101', 'tcp');
    await phone.close();
    const { watch } = rig.dial('101');
    expect((await watch.next('failed')).failure.reason).toBe('unreachable');
    expect(rig.signalling.reachable('101')).toBe(false);
  });
};

/** Phones that are reached over the connection that they have registered over, and no other way (RFC 5626). */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { VirtualClock } from '../../../src/base/clock.ts';
import type { Hop } from '../../../src/embedded/sip/stack.ts';
import { openDrachtiod, type ServerUnderTest } from '../../support/drachtio/server.ts';
import type { Phone } from '../../support/signalling/phone.ts';
import { Rig, theirSdp, userOf } from '../../support/signalling/rig.ts';
import { statusOf } from '../../support/signalling/sipText.ts';

let server: ServerUnderTest | undefined;
let rig: Rig | undefined;
afterEach(async () => {
  await rig?.close();
  await server?.close();
  rig = server = undefined;
});

const minute = 60_000;

/** The time of the server is virtual, that of signalling is not. `told`: signalling hears of lost connections at once. */
const open = async (told: boolean) => {
  const clock = new VirtualClock(Date.now());
  const lost: Hop[] = [];
  const opened = await openDrachtiod({
    clock,
    flowLost: hop => {
      lost.push(hop);
      if (told) rig?.signalling.flowLost(hop);
    },
  });
  server = opened;
  const made = await Rig.open(opened, { registrar: { maxExpires: 3600 } });
  rig = made;
  const pass = async (minutes: number): Promise<void> => {
    for (let passed = 0; passed < minutes; passed++) {
      clock.advance(minute);
      await new Promise(resolve => setImmediate(resolve));
    }
  };
  const connections = (count: number): Promise<void> =>
    vi.waitFor(() => expect(opened.stats()?.stack.connections).toBe(count));
  return { rig: made, clock, lost, pass, connections };
};

const registered = async (on: Rig, extension: string): Promise<Phone> => {
  const phone = await on.phone(extension, 'tcp');
  expect(statusOf(await phone.register(userOf(extension), { Expires: '3600' }))).toBe(200);
  return phone;
};

describe('the connection of a registered phone', () => {
  test('lasts as long as the registration, without a word of the phone', async () => {
    const { rig: on, pass, connections } = await open(true);
    const phone = await registered(on, '101');
    await pass(59);
    await connections(1);
    const { leg, watch } = on.dial('101');
    const invite = await phone.next('INVITE');
    leg.cancel();
    await watch.next('failed');
    phone.respond(invite, 487);
    await pass(15);
    await connections(0);
  });

  test('is an idle one once the phone has unregistered', async () => {
    const { rig: on, pass, connections } = await open(true);
    const phone = await registered(on, '101');
    expect(statusOf(await phone.register(userOf('101'), { Expires: '0' }))).toBe(200);
    await connections(1);
    await pass(25);
    await connections(0);
  });

  test('lasts as long as a call on it: the BYE arrives', async () => {
    const { rig: on, pass, connections } = await open(true);
    const phone = await registered(on, '101');
    const { leg, watch } = on.dial('101');
    const invite = await phone.next('INVITE');
    phone.respond(invite, 200, {}, theirSdp());
    await phone.next('ACK');
    await watch.next('answered');
    expect(statusOf(await phone.register(userOf('101'), { Expires: '0' }))).toBe(200);
    await pass(25);
    await connections(1);
    leg.hangUp();
    phone.respond(await phone.next('BYE'), 200);
    await watch.next('ended');
    await pass(25);
    await connections(0);
  });

  test('is gone: the phone is known to be unreachable at once, and a call to it fails at once', async () => {
    const { rig: on, lost, connections } = await open(true);
    const phone = await registered(on, '101');
    expect(on.signalling.reachable('101')).toBe(true);
    await phone.close();
    await connections(0);
    await vi.waitFor(() => expect(lost).toHaveLength(1));
    expect(on.signalling.reachable('101')).toBe(false);
    expect(on.exchange.reachability).toEqual([
      ['101', true],
      ['101', false],
    ]);
    const { watch } = on.dial('101');
    expect((await watch.next('failed')).failure).toMatchObject({ reason: 'unreachable', status: 480 });
  });

  test('is gone, and the server does not tell: the first call is refused with 430, and the phone forgotten', async () => {
    const { rig: on, connections } = await open(false);
    const phone = await registered(on, '101');
    await phone.close();
    await connections(0);
    expect(on.signalling.reachable('101')).toBe(true);
    const { watch } = on.dial('101');
    expect((await watch.next('failed')).failure).toMatchObject({ reason: 'unreachable', status: 430 });
    expect(on.signalling.reachable('101')).toBe(false);
  });

  test('is gone, and the phone has come back: it rings over the new one', async () => {
    const { rig: on, connections } = await open(true);
    const before = await registered(on, '101');
    const phone = await registered(on, '101');
    await before.close();
    await connections(1);
    expect(on.signalling.reachable('101')).toBe(true);
    const { leg, watch } = on.dial('101');
    const invite = await phone.next('INVITE');
    leg.cancel();
    await watch.next('failed');
    phone.respond(invite, 487);
  });
});

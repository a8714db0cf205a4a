import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import type { Listener } from '../../../src/config/config.ts';
import { lookAtListener, lookAtRtp } from '../../../src/doctor/gather/ports.ts';
import { openDrachtiod } from '../../support/drachtio/server.ts';
import { freePorts } from '../../support/freePorts.ts';

const at = { file: 'k.yaml', line: 1, col: 1 };
const listener = (transport: 'udp' | 'tcp', port: number, address = '127.0.0.1'): Listener => ({
  transport,
  address,
  port,
  at,
});
const state = async (of: Listener, within = 5_000): Promise<string> =>
  (await lookAtListener(systemClock, of, within)).state;

it('a port is free, speaks SIP, is held by another program, or is not ours', async () => {
  const server = await openDrachtiod();
  const { from } = await freePorts(2);
  expect(await state(listener('udp', from))).toBe('free');
  expect(await state(listener('tcp', from))).toBe('free');
  expect(await state(listener('udp', server.udp.port))).toBe('sip');
  expect(await state(listener('tcp', server.tcp?.port ?? 0))).toBe('sip');
  await server.close();
  expect(await state(listener('udp', server.udp.port))).toBe('free');
  // TEST-NET-1: of no machine.
  expect(await state(listener('udp', from, '192.0.2.123'))).toBe('elsewhere');
  expect(await state(listener('tcp', from, '192.0.2.123'))).toBe('elsewhere');

  const udp = createSocket('udp4');
  udp.bind(from, '127.0.0.1');
  const tcp = createServer(socket => socket.resume()).listen(from, '127.0.0.1');
  await Promise.all([once(udp, 'listening'), once(tcp, 'listening')]);
  expect(await state(listener('udp', from), 50)).toBe('taken');
  expect(await state(listener('tcp', from), 50)).toBe('taken');
  await Promise.all([new Promise<void>(resolve => udp.close(resolve)), new Promise(resolve => tcp.close(resolve))]);
});

it('RTP ports are tried, and let go of again', async () => {
  const { from, to } = await freePorts(20);
  const settings = { address: '127.0.0.1', advertise: 'auto', ports: { from, to, at }, rest: 0 } as const;
  expect(await lookAtRtp(settings)).toEqual({ tried: 20, taken: 0, addressIsOurs: true });
  const udp = createSocket('udp4');
  udp.bind(from + 3, '127.0.0.1');
  await once(udp, 'listening');
  expect(await lookAtRtp(settings)).toEqual({ tried: 20, taken: 1, addressIsOurs: true });
  expect(await lookAtRtp(settings, 5)).toMatchObject({ tried: 5 });
  await new Promise<void>(resolve => {
    udp.close(resolve);
  });
  expect(await lookAtRtp({ ...settings, address: '192.0.2.123' })).toMatchObject({ addressIsOurs: false });
});

/** What comes from the server, on its way to drachtio-srf: nothing of it may cost more than itself, nor throw. */
import type { Socket } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import { type Faults, guard } from '../../base/faults.ts';
import type { Log } from '../../base/log.ts';
import { LogBudget } from '../../base/logBudget.ts';
import { readable } from '../drachtio/received.ts';
import type { DrachtioSrf } from '../drachtio/srf.ts';
import { sendWithin } from './socket.ts';

/** To be called when `srf.connect` has returned, before anything has come. */
export const guardIncoming = (srf: DrachtioSrf, clock: Clock, log: Log, faults: Faults): void => {
  const { wp } = srf.app.client;
  const budget = new LogBudget(clock);
  const complain = (details: Record<string, unknown>, text: string): void => {
    const suppressed = budget.spend();
    if (suppressed !== undefined) log.warn({ ...details, suppressed }, text);
  };

  const [handle] = wp.listeners('msg');
  wp.removeAllListeners('msg');
  wp.on('msg', (socket, frame) => {
    const read = (): void => {
      const checked = check(srf, frame);
      if (checked.frame !== undefined) handle?.(socket, checked.frame);
      else complain({ why: checked.why }, 'a SIP message was not read');
    };
    guard(faults, 'drachtio', read, frame);
  });
  // A frame without a length: drachtio-srf throws, and would again at each that follows.
  wp.on('connect', socket => guardBytes(socket, faults));
};

const guardBytes = (socket: Socket, faults: Faults): void => {
  const readers = socket.listeners('data');
  socket.removeAllListeners('data');
  socket.on('data', bytes => {
    const read = (): void => {
      for (const reader of readers) reader.call(socket, bytes);
    };
    if (!guard(faults, 'drachtio', read, bytes)) socket.destroy();
  });
};

interface Checked {
  /** As drachtio-srf may have it; undefined: not at all. */
  readonly frame: string | undefined;
  readonly why?: string;
}

/** The places of a frame's words. */
const kindAt = 1;
const transactionAt = 8;

const check = (srf: DrachtioSrf, frame: string): Checked => {
  const lineEnd = frame.indexOf('\r\n');
  if (lineEnd === -1 || lineEnd + 2 >= frame.length) return { frame };
  const leader = frame.slice(0, lineEnd);
  const words = leader.split('|');
  const received = readable(frame.slice(lineEnd + 2), words[kindAt] === 'sip');
  if (received.kind === 'readable') return { frame: `${leader}\r\n${received.text}` };
  if (received.kind === 'unreadable') return { frame: undefined, why: 'no SIP message' };
  const { status, reason } = received;
  const transaction = words[transactionAt] ?? '';
  if (transaction !== '') sendWithin(srf, transaction, `SIP/2.0 ${status} ${reason}\r\n\r\n`);
  return { frame: undefined, why: reason };
};

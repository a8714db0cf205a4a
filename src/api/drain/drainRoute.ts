import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock, Duration, Timer } from '../../base/clock.ts';
import { failure, usualHeaders } from '../answer.ts';
import type { Switchboard } from '../ports.ts';
import type { Handler } from '../server.ts';
import { type DrainLine, writeDrainLine } from './drainLine.ts';

/** How often it is looked at how many calls are left, and how often that is told although it is the same. Milliseconds. */
const lookEvery: Duration = 200;
const tellEvery: Duration = 5_000;

type Drainable = Pick<Switchboard, 'drain' | 'drainMedia' | 'callsNow'>;

/** What is waited for. */
interface Draining {
  left(): number;
  /** Absent: until nothing is left. */
  readonly over?: Promise<number>;
}

/**
 * `POST /drain`: the switchboard takes no new calls, and ends when those in progress have ended. `POST /drain?media=name`:
 * one media server takes no new calls. The response goes on until nothing is left. It asks for the token of the access
 * file, and to come from this machine; whoever leaves before the end stops nothing.
 */
export const drainRoute =
  (clock: Clock, switchboard: Drainable, token: string): Handler =>
  (request, response) => {
    if (!isFromHere(request)) return failure(403, 'only this machine may ask for that');
    if (!hasToken(request, token)) {
      return failure(401, 'the token is not the one of the running Kozpont', { 'WWW-Authenticate': 'Bearer' });
    }
    const draining = begin(switchboard, request.url);
    if (draining === 'unknown') return failure(404, 'there is no media server of that name now');
    if (draining === 'last') return failure(409, 'no other media server takes calls');
    report(clock, draining, response);
    return 'taken';
  };

function begin(switchboard: Drainable, url = ''): Draining | 'unknown' | 'last' {
  const media = new URLSearchParams(url.split('?', 2)[1] ?? '').get('media');
  if (media === null) return { left: () => switchboard.callsNow, over: switchboard.drain() };
  const left = switchboard.drainMedia(media);
  return typeof left === 'string' ? left : { left };
}

function report(clock: Clock, draining: Draining, response: ServerResponse): void {
  let looking: Timer | undefined;
  let told = { calls: -1, at: 0 };
  const say = (line: DrainLine): void => void response.write(writeDrainLine(line));
  const look = (): void => {
    const calls = draining.left();
    if (calls === 0 && draining.over === undefined) return conclude(0);
    const now = clock.now();
    if (calls !== told.calls || now - told.at >= tellEvery) {
      told = { calls, at: now };
      // Who does not read is told later: nothing piles up.
      if (!response.writableNeedDrain) say({ calls });
    }
    looking = clock.after(lookEvery, look);
  };
  const conclude = (cut: number): void => {
    looking?.cancel();
    response.end(writeDrainLine({ over: true, cut }));
  };
  response.on('close', () => looking?.cancel());
  response.writeHead(200, { ...usualHeaders, 'Content-Type': 'application/x-ndjson', Connection: 'close' });
  look();
  void draining.over?.then(conclude);
}

/** Over loopback, or from an address of this machine to itself. */
const isFromHere = ({ socket }: IncomingMessage): boolean => {
  const { remoteAddress = '', localAddress } = socket;
  return /^(::ffff:)?127\.|^::1$/.test(remoteAddress) || remoteAddress === localAddress;
};

function hasToken({ headers }: IncomingMessage, token: string): boolean {
  const given = Buffer.from(/^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '');
  const wanted = Buffer.from(token);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

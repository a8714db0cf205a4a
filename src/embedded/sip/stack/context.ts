import type { Clock } from '../../../base/clock.ts';
import { KozpontError } from '../../../base/errors.ts';
import type { Log } from '../../../base/log.ts';
import { serializeMessage } from '../../../sip/grammar/serializeMessage.ts';
import type { SipMessage, SipResponse } from '../../../sip/message.ts';
import type { Resolver, SipCore } from '../stack.ts';
import type { TimerValues } from '../transactions/timerValues.ts';
import type { Hop, SendOptions, Source } from '../transport/transport.ts';
import { isReliable, type TransportSet } from '../transport/transportSet.ts';
import { connectionHop, responseHop, topVia } from './via.ts';

/** What the parts of a stack share. */
export interface StackContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly core: SipCore;
  readonly timers: TimerValues;
  readonly resolver: Resolver;
  readonly transports: TransportSet;
  readonly tally: Tally;
  /** The bytes of a message, counted; the error, if any, is of code `CONNECTION_LOST`. */
  transmit(bytes: Buffer, hop: Hop, done: (error?: KozpontError) => void, options?: SendOptions): void;
  /** Calls what a user of the stack gave us; what it throws is logged. True: it returned. */
  guarded(what: string, call: () => void): boolean;
}

/** Counts since the stack was made. */
export interface Tally {
  received: number;
  sent: number;
  malformed: number;
  limited: number;
}

/**
 * Sends a response the way its request came (RFC 3261, §18.2.2): to `source`, over its connection while that is up; else
 * by the topmost Via. A departure: what came as a datagram is answered as one, whatever transport its Via claims. Its
 * address may be forged, and nobody is to make us open connections to somebody else's ports.
 */
export function transmitResponse(
  context: StackContext,
  response: SipResponse,
  bytes: Buffer,
  source: Source | undefined,
  done: (error?: KozpontError) => void,
): void {
  const hop = hopOfResponse(context, response, source);
  if (hop !== undefined) context.transmit(bytes, hop, done);
  else queueMicrotask(() => done(new KozpontError('CONNECTION_LOST', 'the Via of the response names no address')));
}

function hopOfResponse(context: StackContext, response: SipResponse, source: Source | undefined): Hop | undefined {
  const via = topVia(response);
  if (source !== undefined && isReliable(source.protocol) && context.transports.choose(source)?.reaches(source)) {
    return source;
  }
  if (via === undefined) return source;
  if (source === undefined) {
    const connection = connectionHop(via);
    if (connection !== undefined && context.transports.choose(connection)?.reaches(connection)) return connection;
  }
  return responseHop(source?.protocol === 'udp' ? { ...via, transport: 'UDP' } : via, source?.listener);
}

/** The bytes of the last message that was serialised: what is sent again is not built again. */
export class LastBytes<M extends SipMessage> {
  private message: M | undefined;
  private bytes: Buffer | undefined;

  of(message: M): Buffer {
    if (this.message === message && this.bytes !== undefined) return this.bytes;
    this.message = message;
    this.bytes = serializeMessage(message);
    return this.bytes;
  }
}

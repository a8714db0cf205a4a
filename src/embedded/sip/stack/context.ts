import type { Clock } from '../../../base/clock.ts';
import { KozpontError } from '../../../base/errors.ts';
import type { Log } from '../../../base/log.ts';
import { serializeMessage } from '../../../sip/grammar/serializeMessage.ts';
import type { SipMessage, SipRequest, SipResponse } from '../../../sip/message.ts';
import type { Resolver, SipCore } from '../stack.ts';
import type { TimerValues } from '../transactions/timerValues.ts';
import type { Hop, SendOptions, Source } from '../transport/transport.ts';
import { defaultPort, isReliable, type TransportSet } from '../transport/transportSet.ts';
import type { ProvenSources } from './provenSources.ts';
import { datagramHop, topVia } from './via.ts';

/** What the parts of a stack share. */
export interface StackContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly core: SipCore;
  readonly timers: TimerValues;
  readonly resolver: Resolver;
  readonly transports: TransportSet;
  readonly proven: ProvenSources;
  /** Whether it matters who is among them. */
  readonly doubtsSources: boolean;
  readonly tally: Tally;
  /** The bytes of a message, counted; the error, if any, is of code `CONNECTION_LOST`. */
  transmit(bytes: Buffer, hop: Hop, done: (error?: KozpontError) => void, options?: SendOptions): void;
  /** Calls what may throw, though it should not; then it is noted, with the message that is handled. True: it returned. */
  guarded(call: () => void): boolean;
  /** The same with the bytes of what is handled. */
  handling(bytes: Buffer, call: () => void): void;
  /** After this turn, guarded. */
  soon(call: () => void): void;
}

/** Counts since the stack was made. */
export interface Tally {
  received: number;
  sent: number;
  malformed: number;
  limited: number;
  unasked: number;
}

/** A request as it came in, its topmost Via stamped. */
export interface Asked {
  readonly request: SipRequest;
  readonly source: Source;
}

/**
 * Sends a response the way its request came (RFC 3261, §18.2.2): over its connection, or to the address that the datagram
 * came from; at the port that it came from where the Via asks by `rport` (RFC 3581, §4), else at that of the Via.
 *
 * Departures: `maddr` counts for nothing, and neither does the transport that the Via of a datagram claims, since both
 * would let a stranger aim our answers at others. Where the connection is gone, a new one is made for the 2xx to an INVITE
 * alone: a stranger is not to make us connect.
 */
export function transmitResponse(
  context: StackContext,
  asked: Asked,
  response: SipResponse,
  bytes: Buffer,
  done: (error?: KozpontError) => void,
): void {
  const hop = hopOfResponse(context, asked, response);
  if (hop === undefined) {
    context.soon(() => done(new KozpontError('CONNECTION_LOST', 'the connection of the request is gone')));
    return;
  }
  const sent = (error?: KozpontError): void => {
    // The far end has closed the connection: where it had ended its own half before, sending alone tells that.
    const other = error !== undefined && hop === asked.source ? hopWithoutConnection(asked, response) : undefined;
    if (other === undefined) done(error);
    else context.transmit(bytes, other, done, answers);
  };
  context.transmit(bytes, hop, isReliable(hop.protocol) ? sent : done, answers);
}

const answers: SendOptions = { answers: true };

function hopOfResponse(context: StackContext, asked: Asked, response: SipResponse): Hop | undefined {
  const { request, source } = asked;
  if (!isReliable(source.protocol)) return datagramHop(topVia(request), source);
  if (context.transports.choose(source)?.reaches(source)) return source;
  return hopWithoutConnection(asked, response);
}

function hopWithoutConnection({ request, source }: Asked, { status }: SipResponse): Hop | undefined {
  const accepted = request.method === 'INVITE' && status >= 200 && status < 300;
  return accepted ? { ...source, port: topVia(request)?.port ?? defaultPort(source.protocol) } : undefined;
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

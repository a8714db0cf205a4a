import { LogBudget } from '../../../base/logBudget.ts';
import type { SipParseError } from '../../../sip/grammar/fault.ts';
import { hasParam } from '../../../sip/grammar/fields/params.ts';
import { transactionBranch } from '../../../sip/grammar/fields/via.ts';
import { header } from '../../../sip/grammar/headers.ts';
import type { ParseLimits } from '../../../sip/grammar/limits.ts';
import { parseMessage } from '../../../sip/grammar/parseMessage.ts';
import { type Abilities, judgeAbilities, judgeSyntax, type Verdict } from '../../../sip/grammar/verdict/judge.ts';
import type { SipMessage, SipRequest } from '../../../sip/message.ts';
import type { SourceLimiter } from '../transport/sourceLimiter.ts';
import type { Hop, Source, TransportReceiver } from '../transport/transport.ts';
import { isReliable } from '../transport/transportSet.ts';
import type { ClientTransactions } from './clientAttempt.ts';
import type { StackContext } from './context.ts';
import type { Door, DoorEvents } from './door/door.ts';
import type { ServerTransactions } from './serverTransactions.ts';
import { stamped, topVia } from './via.ts';

export interface IncomingOptions {
  readonly parsing: ParseLimits;
  readonly abilities: Abilities | undefined;
}

/**
 * The way of what comes in: the limit of its source, the parser, the verdict on its syntax, and then the transaction it
 * belongs to. Nothing that comes from outside makes this throw.
 */
export class Incoming implements TransportReceiver, DoorEvents {
  /** Decides what is read first; without one everything is read as it comes. */
  door: Door | undefined;
  /** What is handled was given to the core, which has not answered yet. */
  private handedOn = false;
  private readonly logBudget: LogBudget;

  constructor(
    private readonly context: StackContext,
    private readonly options: IncomingOptions,
    private readonly limiter: SourceLimiter,
    private readonly clients: ClientTransactions,
    private readonly servers: ServerTransactions,
  ) {
    this.logBudget = new LogBudget(context.clock);
  }

  received(bytes: Buffer, source: Source): void {
    const { tally } = this.context;
    tally.received++;
    if (!this.limiter.admit(source.address)) {
      tally.limited++;
      this.note(source, 'messages dropped: too many from this address');
    } else if (this.door === undefined) {
      this.handle(bytes, source);
    } else {
      this.door.receive(bytes, source);
    }
  }

  handle(bytes: Buffer, source: Source): boolean {
    this.handedOn = false;
    this.context.handling(bytes, () => this.receive(bytes, source));
    return this.handedOn;
  }

  answerable(source: Source): boolean {
    return !isReliable(source.protocol) || this.context.transports.choose(source)?.reaches(source) === true;
  }

  unasked(): void {
    this.context.tally.unasked++;
  }

  dropped(count: number, example: Source): void {
    this.context.tally.limited += count;
    this.note(example, 'messages dropped: there is no time for all that strangers send');
  }

  private receive(bytes: Buffer, source: Source): void {
    const carriedBy = isReliable(source.protocol) ? 'stream' : 'datagram';
    const parsed = parseMessage(bytes, { carriedBy, limits: this.options.parsing });
    if (parsed.ok) this.judged(judgeSyntax(parsed.value), source);
    else this.unreadable(parsed.error, source);
  }

  broken(error: SipParseError, source: Source): void {
    this.context.tally.received++;
    this.context.guarded(() => this.unreadable(error, source));
  }

  lost(hop: Hop): void {
    this.context.guarded(() => this.context.core.flowLost?.(hop));
    this.context.guarded(() => this.clients.lost(hop));
  }

  owes(source: Hop): boolean {
    return this.servers.owes(source) || this.door?.holds(source) === true;
  }

  inUse(): (hop: Hop) => boolean {
    const rests = this.context.core.flowsInUse?.();
    return hop => this.clients.awaits(hop) || this.servers.owes(hop) || rests?.(hop) === true;
  }

  private judged(verdict: Verdict, source: Source): void {
    switch (verdict.kind) {
      case 'accept':
        this.limiter.wellFormed(source.address);
        this.accepted(verdict.message, source);
        return;
      case 'drop':
        if (this.malformed(source)) this.note(source, 'message dropped', { because: verdict.because });
        return;
      case 'refuse':
        if (!this.malformed(source)) return;
        this.note(source, 'request refused', { status: verdict.status, because: verdict.reason });
        this.refuse(verdict, source);
        return;
    }
  }

  private unreadable({ reason, detail, line, column, answer }: SipParseError, source: Source): void {
    if (!this.malformed(source)) return;
    this.note(source, 'bytes that are no SIP message', { reason, detail, line, column, status: answer?.status });
    if (answer !== undefined) this.refuse({ ...answer, headers: [] }, source);
  }

  /** By where it came from, not by what it says: an answer must not be aimed at a third party. */
  private refuse(
    refusal: Pick<Verdict & { kind: 'refuse' }, 'status' | 'reason' | 'headers' | 'request'>,
    source: Source,
  ): void {
    const via = topVia(refusal.request);
    if (via === undefined) return;
    const { request } = stamped(refusal.request, via, source);
    this.servers.answer({ request, source }, refusal.status, refusal.headers, refusal.reason);
  }

  private accepted(message: SipMessage, source: Source): void {
    const via = topVia(message);
    if (via === undefined) return;
    if (message.kind === 'response') {
      // What answers nothing that we have sent is dropped (RFC 6026): passed on, it would go wherever it says.
      if (this.clients.response(message, transactionBranch(via), source)) this.context.proven.add(source.address);
      else this.context.tally.unasked++;
      return;
    }
    if (hasParam(via.params, 'alias')) this.context.transports.alias(source, via.port);
    const viaText = header(message, 'Via') ?? '';
    const known = stamped(message, via, source);
    if (!this.able(known.request, source)) return;
    this.handedOn = this.servers.receive({ request: known.request, via: known.via, viaText, source });
  }

  private able(request: SipRequest, source: Source): boolean {
    const { abilities } = this.options;
    if (abilities === undefined || request.method === 'ACK' || request.method === 'CANCEL') return true;
    const verdict = judgeAbilities(request, abilities);
    if (verdict.kind === 'accept') return true;
    if (verdict.kind === 'refuse') {
      this.servers.answer({ request, source }, verdict.status, verdict.headers, verdict.reason);
    }
    return false;
  }

  /** Counts it; may it be answered and logged? */
  private malformed(source: Source): boolean {
    this.context.tally.malformed++;
    return this.limiter.malformed(source.address);
  }

  private note({ address, port, listener }: Source, text: string, facts: Readonly<Record<string, unknown>> = {}): void {
    const suppressed = this.logBudget.spend();
    if (suppressed === undefined) return;
    this.context.log.info({ address, port, listener, ...facts, ...(suppressed > 0 ? { suppressed } : {}) }, text);
  }
}

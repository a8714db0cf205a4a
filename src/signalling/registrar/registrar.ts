/**
 * The registrar's front (RFC 3261, §10): answers REGISTER, and knows where each extension can be reached. It forgets
 * bindings when they expire, and says when the first one of an extension comes and when the last one goes. Those of a
 * process that has died it takes over before the first REGISTER.
 */
import type { Clock, Timer } from '../../base/clock.ts';
import { detach, FaultLog, type Faults } from '../../base/faults.ts';
import type { Log } from '../../base/log.ts';
import { unsupportedOptions } from '../dialogs/headers.ts';
import { toAuthenticate } from '../digest/asking.ts';
import type { Authenticator } from '../digest/authenticator.ts';
import type { Late } from '../digest/late.ts';
import { header } from '../drachtio/message.ts';
import { receivedOn } from '../drachtio/receivedOn.ts';
import type { Responder } from '../drachtio/responder.ts';
import type { SrfRequest } from '../drachtio/srf.ts';
import { parseCSeq, parseNameAddr, quote } from '../text/grammar.ts';
import { elementsOf } from '../text/list.ts';
import { userOf } from '../text/user.ts';
import {
  type Binding,
  type Bindings,
  isSamePhone,
  nextExpiry,
  type RegisterRefusal,
  type RegistrarLimits,
  register,
  secondsLeft,
} from './bindings.ts';
import { readContacts, readSeconds } from './contacts.ts';
import { asksForRport, connectionUri, nextHop, type Source, withoutConnection } from './nextHop.ts';
import { isOutbound, outboundFields, registersFlows } from './outbound.ts';
import { firstHop, pathField, readPath } from './path.ts';
import { restore, save } from './restored.ts';
import type { SavedBinding } from './store.ts';

export interface RegistrarOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Who hears of what nobody waits for; default: the log. */
  readonly faults?: Faults | undefined;
  readonly limits: RegistrarLimits;
  readonly authenticator: Authenticator;
  readonly late: Late;
  /** Whether the server takes a Route from us, so that phones behind a proxy with a Path can be reached. */
  readonly pathServed: boolean;
  extensionExists(extension: string): boolean;
  reachableChanged(extension: string, reachable: boolean): void;
  /** Whether there is a phone: OPTIONS is answered. Never rejects. */
  answers(binding: Binding): Promise<boolean>;
  /** `saved` gives something else now. */
  changed(): void;
}

interface Entry {
  readonly bindings: Bindings;
  /** Fires when the next of them expires. */
  readonly timer: Timer;
}

/** Extensions that have at least one phone, and phones in all. */
export interface RegistrationCount {
  readonly extensions: number;
  readonly bindings: number;
}

const none: Bindings = [];

/** What a REGISTER may require beside what every request may. */
const ofRegister = new Set(['path', 'outbound']);
const ofRegisterWithoutPath = new Set(['outbound']);

export class Registrar {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly options: RegistrarOptions) {}

  bindings(extension: string): Bindings {
    return this.entries.get(extension)?.bindings ?? none;
  }

  get count(): RegistrationCount {
    let bindings = 0;
    for (const entry of this.entries.values()) bindings += entry.bindings.length;
    return { extensions: this.entries.size, bindings };
  }

  /** Drops the bindings of whatever is no extension any more; its next REGISTER is refused. */
  forgetTheGone(): void {
    for (const extension of [...this.entries.keys()]) {
      if (!this.options.extensionExists(extension)) this.keep(extension, none);
    }
  }

  /** The connection that this next hop stands for has gone, and with it the phones that were reached over it. */
  flowLost(hop: string): void {
    for (const [extension, { bindings }] of [...this.entries]) {
      for (const one of bindings) if (one.nextHop === hop) this.gone(extension, one);
    }
  }

  /**
   * There is no connection to this phone any more. A proxy that it is behind is connected to anew; a phone whose own
   * contact says that it listens is asked, and is back when it answers. Any other registers again by itself.
   */
  gone(extension: string, binding: Binding): void {
    const bindings = this.bindings(extension);
    if (!bindings.includes(binding)) return;
    const { path, uri, nextHop: hop } = binding;
    this.options.log.info({ extension, hop }, 'the connection of a phone has gone');
    const way = withoutConnection(firstHop(path, uri), hop);
    const left = way === undefined || way.nextHop === hop ? undefined : { ...binding, ...way };
    const kept = left !== undefined && path.length > 0 ? [left] : [];
    this.keep(
      extension,
      bindings.flatMap(one => (one === binding ? kept : [one])),
    );
    if (left !== undefined && path.length === 0) this.lookAgain(extension, left);
  }

  private lookAgain(extension: string, binding: Binding): void {
    const asked = this.options.answers(binding).then(answers => {
      const bindings = this.bindings(extension);
      if (!answers || binding.expiresAt <= this.options.clock.now() || !this.options.extensionExists(extension)) return;
      if (!bindings.some(one => isSamePhone(one, binding))) this.keep(extension, [...bindings, binding]);
    });
    const { clock, log, faults = new FaultLog(clock, log) } = this.options;
    detach(faults, asked);
  }

  /**
   * Takes over what another process left, as far as it is still of use. Nobody is told: whoever wants to know asks when
   * they begin.
   */
  restore(found: readonly SavedBinding[], connectionsLast: boolean): void {
    if (found.length === 0) return;
    const { clock, limits, log } = this.options;
    const restored = restore(found, {
      now: clock.now(),
      limits,
      connectionsLast,
      extensionExists: extension => this.options.extensionExists(extension),
    });
    let kept = 0;
    for (const [extension, bindings] of restored) {
      this.set(extension, bindings);
      kept += bindings.length;
    }
    log.info({ extensions: restored.size, kept, dropped: found.length - kept }, 'registrations are restored');
    // As it is now: what was dropped or cut short does not come back with the next process.
    this.options.changed();
  }

  saved(): readonly SavedBinding[] {
    return [...this.entries].flatMap(([extension, { bindings }]) => save(extension, bindings));
  }

  /** Nothing expires any more. What is registered stays to be asked for: it is still to be written down. */
  close(): void {
    for (const { timer } of this.entries.values()) timer.cancel();
  }

  handle(request: SrfRequest, respond: Responder): void {
    const aor = readAor(header(request, 'to'));
    const cseq = parseCSeq(header(request, 'cseq') ?? '');
    const contacts = readContacts(header(request, 'contact'));
    if (contacts === 'tooLong') return respond(400, { reason: 'Contact Too Long' });
    if (aor === undefined || !cseq.ok || contacts === 'malformed') return respond(400);
    if (registersFlows(contacts) > 1) return respond(400, { reason: 'More Than One Flow' });
    const require = header(request, 'require');
    const unsupported = unsupportedOptions(require, this.options.pathServed ? ofRegister : ofRegisterWithoutPath);
    if (unsupported !== undefined) return respond(420, { headers: unsupported });
    const asking = toAuthenticate(request, aor);
    const verdict = this.options.authenticator.check(asking);
    if (verdict.kind === 'challenge') {
      return respond(401, { headers: { 'WWW-Authenticate': verdict.challenges } });
    }
    if (verdict.kind === 'refused') return this.options.late.answer(verdict.after, () => respond(403));
    // Nobody registers for somebody else.
    if (verdict.user !== aor || !this.options.extensionExists(aor)) {
      this.options.authenticator.complain(asking, verdict.user, 'otherExtension');
      return respond(403);
    }
    const { source_address: address, source_port: port, protocol } = request;
    const via = header(request, 'via');
    const source: Source = { address, port, protocol, symmetric: asksForRport(via) };
    const supported = header(request, 'supported');
    const served = this.options.pathServed;
    const path = readPath({ path: header(request, 'path'), supported, require, source, served });
    if ('status' in path) {
      this.options.log.info({ extension: aor, source: address, why: path.reason }, 'a Path was refused');
      return respond(path.status, path);
    }
    const hops = elementsOf(via).length;
    const now = this.options.clock.now();
    const after = register(
      this.bindings(aor),
      {
        contacts,
        expires: readSeconds(header(request, 'expires')),
        callId: header(request, 'call-id') ?? '',
        cseq: cseq.value.sequence,
        local: receivedOn(request),
        socket: hops === 1 && path.length === 0 ? connectionUri(source) : undefined,
        path,
        wayTo: contact => {
          const hop = nextHop(firstHop(path, contact), source);
          const direct = hops === 1 && path.length === 0 && protocol.toLowerCase() === 'udp';
          return { nextHop: hop, behindNat: direct && hop !== undefined };
        },
      },
      now,
      this.options.limits,
    );
    if (!after.ok) return refuse(after.error, respond);
    this.keep(aor, after.value);
    const outbound = isOutbound({ contacts, supported, protocol, hops, path });
    respond(200, {
      headers: {
        ...contactFields(after.value, now),
        ...(path.length === 0 ? {} : { Path: pathField(path) }),
        ...(outbound ? outboundFields : {}),
      },
    });
  }

  private keep(extension: string, bindings: Bindings): void {
    const before = this.entries.has(extension);
    this.set(extension, bindings);
    this.options.changed();
    const reachable = this.entries.has(extension);
    if (before === reachable) return;
    this.options.log.info({ extension, reachable }, 'registration changed');
    this.options.reachableChanged(extension, reachable);
  }

  private set(extension: string, bindings: Bindings): void {
    this.entries.get(extension)?.timer.cancel();
    const expiry = nextExpiry(bindings);
    if (expiry === undefined) {
      this.entries.delete(extension);
      return;
    }
    const timer = this.options.clock.at(expiry, () => {
      this.keep(
        extension,
        bindings.filter(one => one.expiresAt > this.options.clock.now()),
      );
    });
    this.entries.set(extension, { bindings, timer });
  }
}

/** The user part of To: one AOR an extension, whatever name or address of ours the phone was given. */
const readAor = (to: string | undefined): string | undefined => {
  const parsed = parseNameAddr(to ?? '');
  const user = parsed.ok ? userOf(parsed.value.uri) : '';
  return user === '' ? undefined : user;
};

const refuse = (refusal: RegisterRefusal, respond: Responder): void => {
  switch (refusal.kind) {
    case 'tooBrief':
      return respond(423, { headers: { 'Min-Expires': String(refusal.minExpires) } });
    case 'outOfOrder':
      return respond(500);
    case 'malformed':
      return respond(400);
  }
};

/** In the order of the request: drachtio-server reads from the first one how long it keeps the phone's connection. */
const contactFields = (bindings: Bindings, now: number): Record<string, string> => {
  if (bindings.length === 0) return {};
  const contacts = bindings.map(one => {
    const q = one.q === 1 ? '' : `;q=${one.q}`;
    const instance = one.instance === undefined ? '' : `;+sip.instance=${quote(one.instance)}`;
    const regId = one.regId === undefined ? '' : `;reg-id=${one.regId}`;
    return `<${one.contact}>${q}${instance}${regId};expires=${secondsLeft(one, now)}`;
  });
  return { Contact: contacts.join(', ') };
};

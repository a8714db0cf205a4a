/** The adapter, put together: everything of SIP that the exchange does not see. */
import { randomInt } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import type { Faults } from '../base/faults.ts';
import type { Log } from '../base/log.ts';
import { type Numbering, withoutCountry } from '../base/numbers/oneForm.ts';
import { Connection, type ServerAddress, type SipListener } from './connection/connection.ts';
import { routeTheRest } from './connection/refusals.ts';
import { AdoptedLeg } from './dialogs/adoptedLeg.ts';
import type { Dialog } from './dialogs/dialog.ts';
import { reasonField } from './dialogs/headers.ts';
import { LegIndex } from './dialogs/legIndex.ts';
import type { LegSurroundings, LostLeg } from './dialogs/surroundings.ts';
import { Authenticator } from './digest/authenticator.ts';
import { Late } from './digest/late.ts';
import { facingOf } from './drachtio/receivedOn.ts';
import { receiveInvite } from './inbound/invitation.ts';
import { type OutboundSurroundings, type PhoneAddress, SipOutboundLeg } from './outbound/outboundLeg.ts';
import type { Signalling, SignallingEvents } from './port.ts';
import { type Binding, byPhone, type RegistrarLimits } from './registrar/bindings.ts';
import { connectionUri, type Flow, isConnection } from './registrar/nextHop.ts';
import { routeField } from './registrar/path.ts';
import { Registrar, type RegistrationCount } from './registrar/registrar.ts';
import type { RegistrationStore } from './registrar/store.ts';
import { parseUri } from './text/grammar.ts';
import { TransferHabits } from './transfer/habits.ts';

export { served as servedMethods } from './connection/refusals.ts';

export interface SignallingOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Who hears of what a message makes throw; default: the log. */
  readonly faults?: Faults;
  /** Of drachtio-server or drachtiod. */
  readonly server: ServerAddress;
  /** The protection domain of digest authentication (RFC 7616). */
  readonly realm: string;
  readonly registrar?: Partial<RegistrarLimits>;
  /** Absent: phones have to register again after a restart. */
  readonly registrations?: {
    readonly store: RegistrationStore;
    /** Whether the connections of phones outlive this process, because those end in a server of its own. */
    readonly connectionsLast: boolean;
  };
  /** Whether the server takes the Route of a request from us: phones behind a proxy with a Path need it. Default: no. */
  readonly routesTaken?: boolean;
  /** Whether the server tells of connections of phones that have gone (`flowLost`). Default: no. */
  readonly flowsTold?: boolean;
  extensionExists(extension: string): boolean;
  /** The password of an extension; undefined for whatever is none. */
  credentials(extension: string): string | undefined;
  /** Whether calls can be taken at all; where not, they are refused at the door, and OPTIONS is. Default: they can. */
  ready?(): boolean;
  /** The name of the trunk that an address belongs to. */
  trunkOf(address: string): string | undefined;
  /** How a trunk's network writes numbers without a plus; default: in no country, and they stay what they are. */
  numbering?(trunk: string): Numbering;
  phoneOptions(extension: string): { readonly transferNotify: 'auto' | 'progress' | 'immediate' };
}

export interface SipSignalling extends Signalling {
  /** Legs that have not had their last event, and dialogs whose BYE was not answered: zero at the end of every test. */
  readonly remaining: number;
  /** Where the server listens for SIP. */
  readonly listening: readonly SipListener[];
  /** To the SIP server. */
  readonly connected: boolean;
  readonly registrations: RegistrationCount;
  /** The server has told us that a connection has gone: phones that are reached over nothing else are not reachable. */
  flowLost(flow: Flow): void;
}

/** Seconds. */
const usualLimits: RegistrarLimits = {
  minExpires: 60,
  defaultExpires: 3600,
  maxExpires: 3600,
  natExpires: 60,
  maxContacts: 10,
};
const goodbyeWithin = 2_000;

/** Nobody is left on our side: whoever is left on the other one is told. A server that does not know the dialog says so. */
const endUnseen = (connection: Connection, dialogId: string): void => {
  const headers = { Reason: reasonField('SIP', 503, 'The connection was lost') };
  connection.request({ method: 'BYE', dialogId, headers }, { final: () => {}, failed: () => {} });
};

/**
 * There is no such flow: 430 (RFC 5626, §5.3). A server that tells nothing of connections says 410 of one that has gone; any
 * other 410 is the phone's own word, and the phone is there.
 */
const isGoneBy = (status: number, { nextHop }: Binding, flowsTold: boolean): boolean =>
  status === 430 || (status === 410 && !flowsTold && isConnection(nextHop));

/** A server answers 408 and 503 for a phone that does not answer. */
const notTheirs = new Set([408, 430, 503]);
const optionsWithin = 10_000;

const isAnswered = (connection: Connection, { contact, nextHop, path }: Binding): Promise<boolean> =>
  new Promise(resolve => {
    const headers = routeField(path);
    connection.request(
      { method: 'OPTIONS', uri: contact, nextHop, headers, within: optionsWithin },
      { final: ({ status }) => resolve(!notTheirs.has(status)), failed: () => resolve(false) },
    );
  });

/** Connects to the server. Errors: `INVALID_CONFIG` (the secret is wrong), `DEADLINE_PASSED` (no server there). */
export const createSignalling = async (
  options: SignallingOptions,
  events: SignallingEvents,
): Promise<SipSignalling> => {
  const { clock, log, realm, registrations } = options;
  let draining = false;
  let closing = false;
  let everConnected = false;

  const legs = new Set<LostLeg>();
  const dialogs = new Set<Dialog>();
  const authenticator = new Authenticator({ clock, log, realm, secret: user => options.credentials(user) });
  const late = new Late(clock);
  const registrar = new Registrar({
    clock,
    log,
    faults: options.faults,
    authenticator,
    late,
    limits: { ...usualLimits, ...options.registrar },
    pathServed: options.routesTaken === true,
    extensionExists: extension => options.extensionExists(extension),
    reachableChanged: (extension, reachable) => {
      if (!closing) events.reachableChanged(extension, reachable);
    },
    answers: binding => isAnswered(connection, binding),
    changed: () => registrations?.store.changed(() => registrar.saved()),
  });
  /** Dialogs that were lost with the connection: the far ends believe in them, and so does the server, if it is the same. */
  const forsaken: string[] = [];
  const connection: Connection = new Connection({
    clock,
    log,
    ...(options.faults === undefined ? {} : { faults: options.faults }),
    server: options.server,
    events: {
      connected: () => {
        if (everConnected) events.connectionChanged(true);
        everConnected = true;
        for (const dialogId of forsaken.splice(0)) endUnseen(connection, dialogId);
      },
      lost: () => {
        forsaken.push(...[...dialogs].map(({ id }) => id));
        for (const leg of [...legs]) leg.lost();
        for (const dialog of [...dialogs]) dialog.lost();
        events.connectionChanged(false);
      },
    },
  });
  const surroundings: LegSurroundings = {
    clock,
    log,
    connection,
    index: new LegIndex(),
    legs,
    dialogs,
    phoneOptions: extension => options.phoneOptions(extension),
    transferHabits: new TransferHabits(),
  };
  const outboundSurroundings: OutboundSurroundings = {
    ...surroundings,
    extensionExists: extension => options.extensionExists(extension),
    phones: target => {
      if (closing) return [];
      if (target.kind === 'contact') {
        const { uri } = target;
        return parseUri(uri).ok ? [{ uri, nextHop: undefined, facing: facingOf(undefined, hostOf(uri)) }] : [];
      }
      const addressOf = (binding: Binding): PhoneAddress => ({
        uri: binding.contact,
        nextHop: binding.nextHop,
        path: binding.path,
        facing: facingOf(binding.local, hostOf(binding.nextHop ?? binding.contact)),
        isGoneBy: status => isGoneBy(status, binding, options.flowsTold === true),
        gone: () => registrar.gone(target.number, binding),
      });
      return byPhone(registrar.bindings(target.number)).map(([first, ...others]) => ({
        ...addressOf(first),
        others: others.map(addressOf),
      }));
    },
  };
  /** Spread, so that those who were refused do not all come back in one second. */
  const refusing = (): Record<string, string> | undefined =>
    draining || options.ready?.() === false ? { 'Retry-After': String(randomInt(1, 11)) } : undefined;
  const reception = {
    surroundings,
    admission: {
      authenticator,
      extensionExists: (extension: string) => options.extensionExists(extension),
      trunkOf: (address: string) => options.trunkOf(address),
      numbering: (trunk: string) => options.numbering?.(trunk) ?? withoutCountry,
    },
    log,
    late,
    refusing,
    callOffered: events.callOffered.bind(events),
    callNotAdmitted: events.callNotAdmitted.bind(events),
    callArrived: events.callArrived.bind(events),
  };

  connection.route('INVITE', (request, respond) => receiveInvite(reception, request, respond));
  connection.route('REGISTER', (request, respond) => registrar.handle(request, respond));
  routeTheRest(connection, { refusing });
  if (registrations !== undefined) {
    registrar.restore(await registrations.store.load(), registrations.connectionsLast);
  }
  await connection.connect().catch(error => {
    registrar.close();
    late.close();
    throw error;
  });

  const close = async (): Promise<void> => {
    if (closing) return;
    closing = true;
    draining = true;
    late.close();
    for (const leg of [...legs]) leg.hangUp({ status: 503, text: 'Service Unavailable' });
    const goodbyes = Promise.all([...dialogs].map(dialog => dialog.done));
    await withDeadline(clock, goodbyeWithin, 'saying goodbye', goodbyes).catch(() => {
      log.warn({ dialogs: dialogs.size }, 'some phones did not answer the goodbye');
    });
    for (const dialog of [...dialogs]) dialog.lost();
    registrar.close();
    await connection.close();
  };

  return {
    dial: (request, legEvents) => new SipOutboundLeg(outboundSurroundings, request, legEvents),
    facing: target => outboundSurroundings.phones(target).map(({ facing }) => facing),
    adopt: (snapshot, legEvents) => new AdoptedLeg(surroundings, snapshot, legEvents),
    reachable: extension => registrar.bindings(extension).length > 0,
    extensionsChanged: () => registrar.forgetTheGone(),
    flowLost: flow => registrar.flowLost(connectionUri(flow)),
    get remaining() {
      return legs.size + dialogs.size;
    },
    get listening() {
      return connection.listening;
    },
    get connected() {
      return connection.connected;
    },
    get registrations() {
      return registrar.count;
    },
    drain: () => {
      draining = true;
    },
    close,
  };
};

/** The host of a URI: an IP address, perhaps. */
const hostOf = (text: string): string | undefined => {
  const uri = parseUri(text);
  return uri.ok && uri.value.kind === 'sip' ? uri.value.host.replace(/^\[|\]$/g, '') : undefined;
};

/**
 * The dialogs that run through us because an application had their first request proxied with Record-Route. Only their
 * requests are forwarded: a Route that names us proves nothing, anybody can write one. Within such a dialog a request
 * goes to where the other side has said that it is (Contact, Record-Route), and to no other place.
 *
 * - `early`: a provisional response has passed, or the first NOTIFY of a subscription. Leaves to `confirmed` with a 2xx;
 *   is forgotten after a while without a message.
 * - `confirmed`: leaves to `over` with the 2xx to a BYE; is forgotten after a day without a message.
 * - `over`: what is left of it, such as the NOTIFYs of a REFER, still passes; is forgotten after some minutes.
 *
 * The number of both is bounded; beyond it, the ones that have been silent for longest are forgotten.
 */
import type { Clock, Duration, Instant } from '../../../base/clock.ts';
import { parseContact, parseNameAddr } from '../../../sip/grammar/fields/nameAddr.ts';
import { param } from '../../../sip/grammar/fields/params.ts';
import { parseUri, type Uri } from '../../../sip/grammar/fields/uri.ts';
import { header, headers } from '../../../sip/grammar/headers.ts';
import type { SipMessage, SipRequest, SipResponse } from '../../../sip/message.ts';
import { fromTag, toTag } from '../../sip/tags.ts';
import { type IsLocal, isLocalUri, nextHopUri } from './looseRoute.ts';

export interface ProxiedDialogLimits {
  readonly confirmed: number;
  readonly early: number;
}

const defaultLimits: ProxiedDialogLimits = { confirmed: 20_000, early: 5_000 };

/** How long each state lasts without a message. */
const lifetimes: Readonly<Record<State, Duration>> = {
  // Longer than timer C, within which a ringing INVITE gives a sign of life.
  early: 200_000,
  // A call without session timers may last for a day without a request in it.
  confirmed: 24 * 3_600_000,
  over: 180_000,
};

/** Places that one side may name in the course of a dialog; the latest count. */
const mostPlaces = 16;
/** Dialogs that one request may create. */
const mostForks = 32;

const formsDialog = new Set(['INVITE', 'SUBSCRIBE', 'REFER']);

/** Where a side can be reached: `host:port` of the URIs that it has written. */
type Places = Set<string>;

type State = 'early' | 'confirmed' | 'over';

export interface ProxiedDialog {
  readonly key: string;
  readonly callId: string;
  /** By the tag of each side. */
  readonly sides: ReadonlyMap<string, Places>;
  state: State;
  until: Instant;
}

/** The dialogs that one proxied request may create. */
interface Origin {
  readonly callId: string;
  readonly caller: string;
  readonly places: Places;
  forks: number;
  until: Instant;
}

/** A response goes back; `target` is the Request-URI that it answers. */
export type PassedBack = (response: SipResponse, target: string) => void;

export class ProxiedDialogs {
  /** By key; the one that was silent for longest comes first. Those that are over are among them. */
  private readonly confirmed = new Map<string, ProxiedDialog>();
  private readonly early = new Map<string, ProxiedDialog>();
  /** How many there are of each Call-ID. */
  private readonly calls = new Map<string, number>();
  /** Of SUBSCRIBE and REFER, whose NOTIFYs may come before their responses, and from several notifiers. */
  private readonly subscriptions = new Map<string, Origin>();

  constructor(
    private readonly clock: Clock,
    private readonly isLocal: IsLocal,
    private readonly limits: ProxiedDialogLimits = defaultLimits,
  ) {}

  get size(): number {
    return this.confirmed.size + this.early.size;
  }

  /** An application has this request proxied with Record-Route, as it came. Undefined: it starts no dialog. */
  begin(request: SipRequest): PassedBack | undefined {
    const [callId, caller] = [header(request, 'Call-ID'), fromTag(request)];
    if (!formsDialog.has(request.method) || toTag(request) !== undefined) return undefined;
    if (callId === undefined || caller === undefined) return undefined;
    const places: Places = new Set();
    for (const value of headers(request, 'Record-Route')) {
      const route = parseNameAddr(value);
      if (route.ok && !isLocalUri(route.value.uri, this.isLocal)) add(places, placeOfUri(route.value.uri));
    }
    for (const contact of contactsOf(request)) add(places, placeOfUri(contact));
    const origin: Origin = { callId, caller, places, forks: 0, until: this.clock.now() + lifetimes.early };
    if (request.method !== 'INVITE') {
      const { subscriptions } = this;
      this.makeRoom(subscriptions, this.limits.early, ({ callId, caller }) =>
        subscriptions.delete(`${callId}\n${caller}`),
      );
      this.subscriptions.set(`${callId}\n${caller}`, origin);
    }
    return (response, target) => this.passedBack(origin, response, target);
  }

  hasCall(callId: string): boolean {
    return this.calls.has(callId);
  }

  /** The dialog that a request belongs to; undefined: none that runs through us. */
  of(request: SipRequest): ProxiedDialog | undefined {
    const [sender, receiver] = [fromTag(request), toTag(request)];
    const callId = header(request, 'Call-ID');
    if (sender === undefined || receiver === undefined || callId === undefined) return undefined;
    const key = keyOf(callId, sender, receiver);
    const known = this.confirmed.get(key) ?? this.early.get(key);
    const now = this.clock.now();
    if (known !== undefined && known.until > now) return known;
    if (known !== undefined) this.forget(known);
    // The NOTIFY of a subscription creates a dialog, and may overtake the 2xx (RFC 6665, §4.1.2.4).
    const origin = request.method === 'NOTIFY' ? this.subscriptions.get(`${callId}\n${receiver}`) : undefined;
    return origin === undefined || origin.until <= now ? undefined : this.dialog(origin, sender);
  }

  /**
   * A request of the dialog, our own routes taken off, is about to be forwarded. False: it would go to a place that the
   * other side has never named.
   */
  pass(dialog: ProxiedDialog, request: SipRequest): boolean {
    const place = placeOf(nextHopUri(request));
    if (place === undefined || dialog.sides.get(toTag(request) ?? '')?.has(place) !== true) return false;
    this.learn(dialog, fromTag(request), request);
    this.keep(dialog, dialog.state);
    return true;
  }

  /** The response to such a request goes back. */
  answered(dialog: ProxiedDialog, request: SipRequest, response: SipResponse): void {
    const { status } = response;
    if (status <= 100 || status >= 300) return;
    this.learn(dialog, toTag(request), response);
    if (status < 200) return;
    if (request.method === 'BYE') this.keep(dialog, 'over');
    else if (request.method === 'NOTIFY' && dialog.state === 'early') this.keep(dialog, 'confirmed');
  }

  private passedBack(origin: Origin, response: SipResponse, target: string): void {
    const { status } = response;
    const callee = toTag(response);
    if (status <= 100 || status >= 300 || callee === undefined) return;
    const dialog = this.dialog(origin, callee);
    if (dialog === undefined) return;
    const side = dialog.sides.get(callee);
    // What stands above our own Record-Route is between us and the callee.
    for (const value of headers(response, 'Record-Route')) {
      const route = parseNameAddr(value);
      if (!route.ok || isLocalUri(route.value.uri, this.isLocal)) break;
      add(side, placeOfUri(route.value.uri));
    }
    const contacts = contactsOf(response);
    for (const contact of contacts) add(side, placeOfUri(contact));
    // Without a Contact the remote target is the Request-URI.
    if (contacts.length === 0) add(side, placeOf(target));
    this.keep(dialog, status >= 200 && dialog.state === 'early' ? 'confirmed' : dialog.state);
  }

  private learn(dialog: ProxiedDialog, tag: string | undefined, message: SipMessage): void {
    for (const contact of contactsOf(message)) add(dialog.sides.get(tag ?? ''), placeOfUri(contact));
  }

  private dialog(origin: Origin, callee: string): ProxiedDialog | undefined {
    const key = keyOf(origin.callId, origin.caller, callee);
    const known = this.confirmed.get(key) ?? this.early.get(key);
    if (known !== undefined) return known;
    if (origin.forks >= mostForks) return undefined;
    origin.forks += 1;
    const sides = new Map([
      [origin.caller, new Set(origin.places)],
      [callee, new Set<string>()],
    ]);
    const dialog: ProxiedDialog = { key, callId: origin.callId, sides, state: 'early', until: 0 };
    this.keep(dialog, 'early');
    return dialog;
  }

  /** A message of it was seen: it becomes the last one to be forgotten. */
  private keep(dialog: ProxiedDialog, state: State): void {
    this.forget(dialog);
    dialog.state = state;
    dialog.until = this.clock.now() + lifetimes[state];
    const [all, most] = state === 'early' ? [this.early, this.limits.early] : [this.confirmed, this.limits.confirmed];
    this.makeRoom(all, most, gone => this.forget(gone));
    all.set(dialog.key, dialog);
    this.calls.set(dialog.callId, (this.calls.get(dialog.callId) ?? 0) + 1);
  }

  private forget(dialog: ProxiedDialog): void {
    if (!this.early.delete(dialog.key) && !this.confirmed.delete(dialog.key)) return;
    const left = (this.calls.get(dialog.callId) ?? 1) - 1;
    if (left > 0) this.calls.set(dialog.callId, left);
    else this.calls.delete(dialog.callId);
  }

  /** For one more. */
  private makeRoom<T extends { readonly until: Instant }>(
    all: ReadonlyMap<string, T>,
    most: number,
    forget: (gone: T) => void,
  ): void {
    const now = this.clock.now();
    for (const one of all.values()) {
      if (one.until > now && all.size < most) return;
      forget(one);
    }
  }
}

/** The same for both directions. */
const keyOf = (callId: string, one: string, other: string): string =>
  one < other ? `${callId}\n${one}\n${other}` : `${callId}\n${other}\n${one}`;

const contactsOf = (message: SipMessage): readonly Uri[] =>
  headers(message, 'Contact').flatMap(value => {
    const contact = parseContact(value);
    return contact.ok && contact.value !== '*' ? [contact.value.uri] : [];
  });

const placeOf = (uri: string): string | undefined => {
  const parsed = parseUri(uri);
  return parsed.ok ? placeOfUri(parsed.value) : undefined;
};

/** What decides where a request to this URI is sent. */
const placeOfUri = (uri: Uri): string | undefined =>
  uri.kind === 'sip' ? `${(param(uri.params, 'maddr') ?? uri.host).toLowerCase()}:${uri.port ?? ''}` : undefined;

const add = (places: Places | undefined, place: string | undefined): void => {
  if (places === undefined || place === undefined) return;
  places.delete(place);
  places.add(place);
  if (places.size <= mostPlaces) return;
  const [oldest] = places;
  if (oldest !== undefined) places.delete(oldest);
};

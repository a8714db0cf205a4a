/**
 * A dialog as applications know it: one id, one owner. Below it are one or, while it is early and was forked, several
 * SIP dialogs.
 *
 * - `early`: a provisional response with a To tag was sent or has come. Entered from: the beginning. Leaves to
 *   `confirmed` with a 2xx; to `terminated` with a refusal, a CANCEL.
 * - `confirmed`: a 2xx was sent or has come. Entered from: the beginning, `early`. Leaves to `terminated` with a BYE of
 *   either side, with the end of a subscription, with a session timer or an ACK that does not come.
 * - `terminated`: no longer in the table; its timers are off. Final.
 */
import type { Clock, Timer } from '../../../base/clock.ts';
import type { HeaderField } from '../../../sip/message.ts';
import { type Dialog, keyOf } from '../../sip/dialogs/dialog.ts';
import type { Hop } from '../../sip/stack.ts';
import type { Application } from '../applications/connection.ts';
import type { IncomingInvite } from '../incoming/incomingInvite.ts';
import type { PendingInvite } from '../outgoing/pendingInvite.ts';
import { SessionTimer, type SessionTimerEvents } from '../sessionTimer/sessionTimer.ts';

export interface LocalSdp {
  readonly body: Buffer;
  readonly contentType: string;
}

export interface AppDialogOptions {
  readonly id: string;
  readonly kind: 'invite' | 'subscribe';
  readonly owner: Application;
  /** Where the far end's message came from that made it, or ours went to. */
  readonly hop: Hop;
  readonly clock: Clock;
  readonly session: (dialog: AppDialog) => SessionTimerEvents;
}

export class AppDialog {
  readonly id: string;
  readonly kind: 'invite' | 'subscribe';
  owner: Application;
  /** Where the far end is, as seen from us (`follow.ts`). */
  hop: Hop;
  state: 'early' | 'confirmed' | 'terminated' = 'early';
  /** The value of our Contact, for requests within the dialog; undefined: the stack's address. */
  contact: string | undefined;
  /** Where the far end is reached, where its Contact does not say it. */
  natHop: Hop | undefined;
  /** What we said last of our media: a refresh of the session repeats it. */
  localSdp: LocalSdp | undefined;
  /** The far end takes UPDATE, by its Allow. */
  takesUpdate = false;
  readonly sessionTimer: SessionTimer;
  /** The far end's INVITE that has no final response, or whose 2xx has no ACK. */
  incomingInvite: IncomingInvite | undefined;
  /** Our INVITE that has no final response, or whose 2xx has no ACK. */
  outgoingInvite: PendingInvite | undefined;
  /** An UPDATE of the far end has no final response yet. */
  incomingUpdate = false;
  /** An UPDATE of ours with an offer that has no answer yet. */
  outgoingOffer = false;
  private expiry: Timer | undefined;
  private readonly clock: Clock;
  private afterAck: (() => void)[] = [];
  private readonly forks = new Map<string, Dialog>();
  private latest: string | undefined;

  constructor(options: AppDialogOptions) {
    this.id = options.id;
    this.kind = options.kind;
    this.owner = options.owner;
    this.hop = options.hop;
    this.clock = options.clock;
    this.sessionTimer = new SessionTimer(options.clock, options.session(this));
  }

  /** A subscription that is not renewed is over this many seconds from now; undefined: it has no end of its own. */
  expireAfter(seconds: number | undefined, over: () => void = () => {}): void {
    this.expiry?.cancel();
    this.expiry = seconds === undefined ? undefined : this.clock.after(seconds * 1000, over);
  }

  /** What we sent says something of our media. */
  rememberSdp(sent: { readonly headers: readonly HeaderField[]; readonly body: Buffer }): void {
    if (sent.body.length === 0) return;
    const contentType = sent.headers.find(entry => entry.name === 'Content-Type')?.value ?? 'application/sdp';
    this.localSdp = { body: sent.body, contentType };
  }

  /**
   * Calls `action` now, or, while the ACK of our 2xx has not come, once it has (RFC 3261, §15: no BYE before that), or
   * the dialog is over.
   */
  onceAcknowledged(action: () => void): void {
    if (this.incomingInvite?.unacknowledged) this.afterAck.push(action);
    else action();
  }

  /** The ACK came, or will not come any more. Returns whether anybody waited for it. */
  acknowledged(): boolean {
    const waiting = this.afterAck.splice(0);
    for (const action of waiting) action();
    return waiting.length > 0;
  }

  /** The SIP dialog: the confirmed one, else the early one that was heard of last. */
  get sip(): Dialog | undefined {
    return this.latest === undefined ? undefined : this.forks.get(this.latest);
  }

  fork(key: string): Dialog | undefined {
    return this.forks.get(key);
  }

  get keys(): readonly string[] {
    return [...this.forks.keys()];
  }

  /** Keeps the dialog's new value; a new fork becomes the latest one. Returns its key. */
  put(dialog: Dialog): string {
    const key = keyOf(dialog);
    this.forks.set(key, dialog);
    if (this.state !== 'confirmed' || this.latest === undefined) this.latest = key;
    return key;
  }

  /** This fork has it; returns the keys of those that have lost. */
  confirm(dialog: Dialog): readonly string[] {
    const key = keyOf(dialog);
    const lost = this.keys.filter(other => other !== key);
    for (const other of lost) this.forks.delete(other);
    const early = this.forks.get(key);
    // Requests may have gone both ways while it was early: the numbers go on from there.
    this.forks.set(key, {
      ...dialog,
      localSequence: later(dialog.localSequence, early?.localSequence),
      remoteSequence: later(dialog.remoteSequence, early?.remoteSequence),
    });
    this.latest = key;
    this.state = 'confirmed';
    return lost;
  }
}

const later = (a: number | null, b: number | null | undefined): number | null =>
  a === null ? (b ?? null) : Math.max(a, b ?? a);

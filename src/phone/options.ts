import type { Clock, Duration, Instant } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { TimerValues } from '../embedded/sip/transactions/timerValues.ts';
import type { AudioCodec } from '../media/sdp/agreement.ts';
import type { PhoneCall } from './calls/call.ts';
import type { DigestAlgorithm } from './digest/digest.ts';
import type { Hearing } from './hearing/hearing.ts';
import type { KnownSound } from './hearing/knownSounds.ts';

export interface PhoneOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** The user part of its address: an extension, a caller's number. */
  readonly user: string;
  readonly display?: string;
  /** Without one, challenges are not answered. */
  readonly password?: string;
  /** Registrar and outbound proxy: where every request outside of a dialog goes. Absent: where its URI says. */
  readonly server?: { readonly address: string; readonly port: number };
  /** Requests within dialogs go to the server, too, whatever address it describes as its own: nothing goes elsewhere. */
  readonly onlyServer?: boolean;
  readonly transport?: 'udp' | 'tcp';
  /** The IP address that it has; default: 127.0.0.1. */
  readonly address?: string;
  /** What it believes its address to be, behind a NAT: in Via, Contact and its descriptions. */
  readonly advertise?: string;
  /** What it says, in hertz: a multiple of 50, not next to 425. Absent: silence. */
  readonly tone?: number;
  /** The tones that it knows of others, in hertz. */
  readonly knows?: readonly number[];
  readonly sounds?: readonly KnownSound[];
  /** In the order of its preference. */
  readonly codecs?: readonly AudioCodec[];
  readonly digests?: readonly DigestAlgorithm[];
  readonly policy?: Policy;
  /** How long it waits for what is to come to pass; default: 10 s. */
  readonly patience?: Duration;
  /** Something else is heard than before; `since` when. */
  readonly onHeard?: (what: Hearing, since: Instant) => void;
  /** A call comes in; what the phone does about it by itself is done, or begun. */
  readonly onCall?: (call: PhoneCall) => void;
  /** Something has changed: a state, what is heard, what came in. */
  readonly onChange?: () => void;
  readonly timers?: Partial<TimerValues>;
}

/** What a phone does with a call that comes in; whoever has the phone in hand can do otherwise. */
export type Policy =
  /** It rings until somebody does something about it. */
  | { readonly kind: 'ring' }
  | { readonly kind: 'answer'; readonly after: Duration }
  /** Busy 486, declined 603, do not disturb 480 …; `after` of ringing. */
  | { readonly kind: 'refuse'; readonly status: number; readonly after?: Duration }
  /** 302 (RFC 3261, §21.3.3). */
  | { readonly kind: 'redirect'; readonly to: string }
  /** No word, not even 180: a phone that hangs. */
  | { readonly kind: 'ignore' };

export const ringing: Policy = { kind: 'ring' };
export const busy: Policy = { kind: 'refuse', status: 486 };
export const declining: Policy = { kind: 'refuse', status: 603 };
export const answering = (after: Duration = 0): Policy => ({ kind: 'answer', after });

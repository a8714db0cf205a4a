import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Hop, SipStack } from '../embedded/sip/stack.ts';
import type { AcceptedInvites } from '../embedded/sip/userAgent/inviteServer.ts';
import type { HeaderField } from '../sip/message.ts';
import type { Identity } from './digest/digest.ts';
import type { Ear } from './hearing/ear.ts';
import type { PhoneMedia } from './media/phoneMedia.ts';
import type { Waits } from './waits.ts';

/** What the parts of a phone share. */
export interface PhoneSurroundings {
  readonly clock: Clock;
  readonly log: Log;
  readonly stack: SipStack;
  readonly accepted: AcceptedInvites;
  readonly identity: Identity;
  readonly waits: Waits;
  /** Where requests outside of a dialog go; undefined: where their URI says. */
  readonly server: Hop | undefined;
  readonly user: string;
  /** `sip:101@192.0.2.1:5060`. */
  readonly aor: string;
  /** With the display name, for From. */
  readonly nameAddr: string;
  /** The phone's own address, for Contact. */
  readonly contact: string;
  /** The address of another user of the same server; a SIP URI stays what it is. */
  addressOf(to: string): string;
  listen(): Ear;
  openMedia(ear: Ear, digit: (digit: string) => void): Promise<PhoneMedia>;
}

export const allow = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, REFER, NOTIFY';

/** Of every request and 2xx that establishes a dialog, or changes one. */
export const ownHeaders = ({ contact }: PhoneSurroundings): HeaderField[] => [
  { name: 'Contact', value: `<${contact}>` },
  { name: 'Allow', value: allow },
  { name: 'Supported', value: 'replaces' },
];

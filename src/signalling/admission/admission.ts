/**
 * Who may call: an extension that proves who it is, or a trunk by its address. Whoever claims to be an extension is
 * asked for proof, wherever the call comes from: office networks are often listed as trunks, too. A trunk's call knows
 * no way to another trunk: the exchange has numbers and extensions, and nothing else.
 */
import type { Duration } from '../../base/clock.ts';
import type { Numbering } from '../../base/numbers/oneForm.ts';
import { toAuthenticate } from '../digest/asking.ts';
import type { Authenticator } from '../digest/authenticator.ts';
import { header } from '../drachtio/message.ts';
import type { SrfRequest } from '../drachtio/srf.ts';
import type { IncomingCall, Party } from '../port.ts';
import type { NameAddr } from '../text/grammar.ts';
import { userOf } from '../text/user.ts';
import { callerOfExtension, callerOfTrunk, isWithheld } from './caller.ts';

export interface Admitted<Via extends IncomingCall['via'] = IncomingCall['via']> {
  readonly kind: 'admitted';
  readonly via: Via;
  readonly from: Party;
}

export type Admission =
  | Admitted
  | { readonly kind: 'challenge'; readonly challenges: readonly string[] }
  /** Not to be told before `after`. */
  | { readonly kind: 'refused'; readonly after: Duration };

export interface AdmissionOptions {
  readonly authenticator: Authenticator;
  extensionExists(extension: string): boolean;
  /** The trunk that an address belongs to. */
  trunkOf(address: string): string | undefined;
  /** How a trunk's network writes numbers. */
  numbering(trunk: string): Numbering;
}

type Trunk = Extract<IncomingCall['via'], { kind: 'trunk' }>;

/** The call of a trunk; undefined where whoever calls has to prove who they are. */
export const admitTrunk = (
  options: AdmissionOptions,
  request: SrfRequest,
  from: NameAddr,
): Admitted<Trunk> | undefined => {
  const name = options.trunkOf(request.source_address);
  if (name === undefined || options.extensionExists(userOf(from.uri))) return undefined;
  if (header(request, 'authorization') !== undefined) return undefined;
  return {
    kind: 'admitted',
    via: { kind: 'trunk', name },
    from: callerOfTrunk(request, from, options.numbering(name), number => options.extensionExists(number)),
  };
};

/** Of whoever is no trunk. */
export const admitExtension = (options: AdmissionOptions, request: SrfRequest, from: NameAddr): Admission => {
  const claimed = userOf(from.uri);
  const asking = toAuthenticate(request, claimed);
  const verdict = options.authenticator.check(asking);
  switch (verdict.kind) {
    case 'challenge':
    case 'refused':
      return verdict;
    case 'authenticated':
      // With an anonymous From (RFC 3323) the proof alone says who it is.
      if (claimed !== verdict.user && !isWithheld(request, from)) {
        options.authenticator.complain(asking, verdict.user, 'otherExtension');
        return { kind: 'refused', after: 0 };
      }
      return {
        kind: 'admitted',
        via: { kind: 'extension', number: verdict.user },
        from: callerOfExtension(request, from, verdict.user),
      };
  }
};

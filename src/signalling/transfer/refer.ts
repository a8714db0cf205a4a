/**
 * A REFER, as the exchange is to see it. It is answered once: by the exchange, or, where that says nothing in time, by
 * us.
 */
import type { Clock } from '../../base/clock.ts';
import type { LegIndex } from '../dialogs/legIndex.ts';
import { header } from '../drachtio/message.ts';
import type { Responder } from '../drachtio/responder.ts';
import type { SrfRequest } from '../drachtio/srf.ts';
import type { TransferRequest } from '../port.ts';
import { parseCSeq } from '../text/grammar.ts';
import { readReferTo } from './referTo.ts';
import { ReferSubscription, type SubscriptionDialog } from './subscription.ts';

export interface ReferSurroundings {
  readonly clock: Clock;
  readonly index: LegIndex;
}

export interface Refer {
  readonly request: SrfRequest;
  readonly respond: Responder;
  readonly dialog: SubscriptionDialog;
  /** The first of its dialog: its NOTIFYs need no id (RFC 3515, §2.4.6). */
  readonly first: boolean;
  /** Of a blind transfer: `immediate` tells the phone of success at once. An attended one always reports its progress. */
  readonly notify: 'progress' | 'immediate';
  /** It was told of success at once: it is expected to hang up. */
  toldAtOnce(): void;
  /** It has been answered. */
  decided(): void;
}

const decideWithin = 10_000;

/** Undefined where it was refused already. */
export const readRefer = (around: ReferSurroundings, refer: Refer): TransferRequest | undefined => {
  const { request, respond } = refer;
  const target = readReferTo(header(request, 'refer-to'));
  if (!target.ok) {
    respond(target.error.status, { reason: target.error.text });
    return undefined;
  }
  const { user, replaces } = target.value;
  // RFC 4488: the transferor wants no NOTIFYs.
  const silent = header(request, 'refer-sub')?.trim().toLowerCase().startsWith('false') === true;
  const cseq = parseCSeq(header(request, 'cseq') ?? '');
  const event = refer.first || !cseq.ok ? 'refer' : `refer;id=${cseq.value.sequence}`;
  const subscription = silent ? undefined : new ReferSubscription(refer.dialog, event);
  let decided = false;
  const decide = (status: number, reason?: string): boolean => {
    if (decided) return false;
    decided = true;
    timer.cancel();
    refer.decided();
    const headers: Record<string, string> = silent && status < 300 ? { 'Refer-Sub': 'false' } : {};
    respond(status, reason === undefined ? { headers } : { reason, headers });
    return true;
  };
  const timer = around.clock.after(decideWithin, () => void decide(500));
  return {
    target: user,
    replaces: replaces === undefined ? undefined : (around.index.find(replaces)?.leg ?? 'unknown'),
    accept: () => {
      if (!decide(202)) return;
      if (refer.notify === 'progress' || replaces !== undefined) return subscription?.tell(100, 'Trying');
      if (subscription === undefined) return;
      subscription.tell(200, 'OK');
      refer.toldAtOnce();
    },
    refuse: (status, text) => void decide(status, text),
    progress: (status, text) => subscription?.tell(status, text),
  };
};

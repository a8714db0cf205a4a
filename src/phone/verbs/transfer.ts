import { escapeUriHeader } from '../../sip/grammar/fields/text.ts';
import { field } from '../../sip/grammar/headers.ts';
import type { PhoneCall } from '../calls/call.ts';
import { sendInside } from '../calls/inside.ts';
import type { Outcome } from '../requests.ts';
import { replacesOf } from './replaces.ts';

/** REFER (RFC 3515, RFC 5589), and what the far end says about it. */
export interface Transfer {
  /** The answer to the REFER. */
  readonly outcome: Promise<Outcome>;
  /** Of the NOTIFYs, in their order: the status lines of their sipfrags. */
  readonly notified: readonly string[];
  /** The status in the NOTIFY that ends the subscription, or of the refusal. */
  settled(): Promise<number>;
}

/** What NOTIFYs of a call are for. */
export class AskedTransfer implements Transfer {
  readonly notified: string[] = [];
  readonly outcome: Promise<Outcome>;
  private final: number | undefined;

  constructor(
    private readonly call: PhoneCall,
    referTo: string,
  ) {
    const { phone } = call;
    this.outcome = sendInside(call, 'REFER', {
      headers: [field('Refer-To', referTo), field('Referred-By', `<${phone.aor}>`)],
    }).then(outcome => {
      if (outcome.status >= 300) this.final = outcome.status;
      phone.waits.changed();
      return outcome;
    });
  }

  /** Whether it is over, as far as we have been told. */
  get over(): boolean {
    return this.final !== undefined;
  }

  /** `terminates`: by Subscription-State. */
  notify(statusLine: string, terminates: boolean): void {
    this.notified.push(statusLine);
    if (terminates) this.final = Number(/^SIP\/2\.0 (\d{3})/.exec(statusLine)?.[1] ?? 0);
    this.call.phone.waits.changed();
  }

  settled(): Promise<number> {
    return this.call.phone.waits.until(
      'the end of the transfer',
      () => this.final,
      () => `told so far: ${this.notified.join(', ')}; ${this.call.story}`,
    );
  }
}

export const blindTransfer = (call: PhoneCall, to: string): Transfer => ask(call, `<${call.phone.addressOf(to)}>`);

/** The other party of `call` takes our place in `other`. */
export function transferTo(call: PhoneCall, other: PhoneCall): Transfer {
  const { remoteTarget } = other.dialog;
  return ask(call, `<${remoteTarget}?Replaces=${escapeUriHeader(replacesOf(other))}>`);
}

/** As it stands in the header: for what no decent phone would send. */
export const refer = (call: PhoneCall, referTo: string): Transfer => ask(call, referTo);

function ask(call: PhoneCall, referTo: string): Transfer {
  const transfer = new AskedTransfer(call, referTo);
  call.transfers.push(transfer);
  return transfer;
}

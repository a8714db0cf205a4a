import type { Timer } from '../base/clock.ts';
import { KozpontError } from '../base/errors.ts';
import { randomId } from '../base/ids.ts';
import { parseInteger } from '../sip/grammar/fields/integer.ts';
import { parseContact } from '../sip/grammar/fields/nameAddr.ts';
import { param } from '../sip/grammar/fields/params.ts';
import { serializeUri } from '../sip/grammar/fields/uri.ts';
import { field, header, headers } from '../sip/grammar/headers.ts';
import type { SipResponse } from '../sip/message.ts';
import { authorized, authorizedAhead, mostAttempts, newRequest, type Outcome, send } from './requests.ts';
import type { PhoneSurroundings } from './surroundings.ts';

/** Of the time that was granted, so that a lost refresh can be repeated in time. */
const refreshAt = 0.8;

/**
 * The binding of the phone at its registrar (RFC 3261, §10.2):
 * - `off`: there is none that we know of. Leaves to on.
 * - `on`: granted; refreshed before it ends. Leaves to off by unregistering, or when a refresh is refused.
 */
export class Registration {
  state: 'off' | 'on' = 'off';
  /** How the last REGISTER ended. */
  last: Outcome | undefined;
  private readonly callId = randomId(12);
  private sequence = 0;
  private timer: Timer | undefined;

  constructor(private readonly phone: PhoneSurroundings) {}

  /** `expires` in seconds. Error: `REQUEST_FAILED`, with the status in its text. */
  async register(expires = 3600): Promise<void> {
    const outcome = await this.ask(expires);
    if (outcome.status === 423) {
      const least = parseInteger(header(outcome.response as SipResponse, 'Min-Expires') ?? '');
      if (least.ok && least.value > expires) return this.register(least.value);
    }
    if (outcome.status >= 300) {
      this.state = 'off';
      throw new KozpontError('REQUEST_FAILED', `REGISTER: ${outcome.status} ${outcome.text}`);
    }
    this.state = 'on';
    const granted = this.granted(outcome.response) ?? expires;
    this.timer?.cancel();
    this.timer = this.phone.clock.after(granted * 1000 * refreshAt, () => {
      this.register(expires).catch(error => this.phone.log.warn({ error: error.message }, 'not registered any more'));
    });
  }

  async unregister(): Promise<void> {
    this.stop();
    if (this.state === 'off') return;
    this.state = 'off';
    await this.ask(0);
  }

  /** Says no word; the binding runs out by itself. */
  stop(): void {
    this.timer?.cancel();
  }

  private async ask(expires: number): Promise<Outcome> {
    const { phone } = this;
    const build = () =>
      newRequest(phone, 'REGISTER', phone.aor, {
        uri: phone.aor.replace(/[^:@]*@/, ''),
        callId: this.callId,
        sequence: ++this.sequence,
        headers: [field('Contact', `<${phone.contact}>;expires=${expires}`), field('Expires', String(expires))],
      });
    let request = authorizedAhead(build(), phone.identity);
    let outcome = await send(phone.stack, request, phone.server);
    for (let attempt = 1; attempt < mostAttempts && outcome.status === 401; attempt++) {
      const credentials = phone.identity.answer(request, outcome.response as SipResponse);
      if (credentials === undefined) break;
      request = authorized(request, credentials, ++this.sequence);
      outcome = await send(phone.stack, request, phone.server);
    }
    this.last = outcome;
    return outcome;
  }

  /** Seconds, as the registrar has it for our binding. */
  private granted(response: SipResponse | undefined): number | undefined {
    if (response === undefined) return undefined;
    for (const value of headers(response, 'Contact')) {
      const contact = parseContact(value);
      if (!contact.ok || contact.value === '*' || serializeUri(contact.value.uri) !== this.phone.contact) continue;
      const seconds = parseInteger(param(contact.value.params, 'expires') ?? '');
      if (seconds.ok) return seconds.value;
    }
    const seconds = parseInteger(header(response, 'Expires') ?? '');
    return seconds.ok ? seconds.value : undefined;
  }
}

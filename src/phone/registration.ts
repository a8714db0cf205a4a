import type { Timer } from '../base/clock.ts';
import { KozpontError } from '../base/errors.ts';
import { randomId } from '../base/ids.ts';
import { parseInteger } from '../sip/grammar/fields/integer.ts';
import { type NameAddr, parseContact } from '../sip/grammar/fields/nameAddr.ts';
import { param } from '../sip/grammar/fields/params.ts';
import { serializeUri } from '../sip/grammar/fields/uri.ts';
import { field, header, headers } from '../sip/grammar/headers.ts';
import { splitList } from '../sip/grammar/splitList.ts';
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

  /** Every address that is registered, of whichever phone. Error: `REQUEST_FAILED`, with the status in its text. */
  async addresses(): Promise<readonly string[]> {
    const { status, text, response } = await this.ask(undefined);
    if (status >= 300 || response === undefined) {
      throw new KozpontError('REQUEST_FAILED', `REGISTER: ${status} ${text}`);
    }
    return contactsOf(response).map(({ uri }) => serializeUri(uri));
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

  /** Undefined: what is registered is only asked for (RFC 3261, §10.2.3). */
  private async ask(expires: number | undefined): Promise<Outcome> {
    const { phone } = this;
    const wish =
      expires === undefined
        ? []
        : [field('Contact', `<${phone.contact}>;expires=${expires}`), field('Expires', String(expires))];
    const build = () =>
      newRequest(phone, 'REGISTER', phone.aor, {
        uri: phone.aor.replace(/(?<![^:@])[^:@]*@/, ''),
        callId: this.callId,
        sequence: ++this.sequence,
        headers: wish,
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
    for (const { uri, params } of contactsOf(response)) {
      if (serializeUri(uri) !== this.phone.contact) continue;
      const seconds = parseInteger(param(params, 'expires') ?? '');
      if (seconds.ok) return seconds.value;
    }
    const seconds = parseInteger(header(response, 'Expires') ?? '');
    return seconds.ok ? seconds.value : undefined;
  }
}

const contactsOf = (response: SipResponse): readonly NameAddr[] =>
  headers(response, 'Contact')
    .flatMap(value => splitList(value))
    .flatMap(value => {
      const contact = parseContact(value);
      return contact.ok && contact.value !== '*' ? [contact.value] : [];
    });

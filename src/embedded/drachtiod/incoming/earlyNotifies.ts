/** NOTIFYs that overtake the 2xx of the SUBSCRIBE that they belong to: they wait until the application knows of it. */
import { header } from '../../../sip/grammar/headers.ts';
import type { SipRequest } from '../../../sip/message.ts';
import { fromTag, toTag } from '../../sip/tags.ts';

export interface ExpectedNotifies {
  /** The SUBSCRIBE is over, and the application was told: what waits is looked at. */
  release(): void;
}

/** A notifier sends one, and no second before the first is answered; a forked SUBSCRIBE has several notifiers. */
const mostWaiting = 8;

export class EarlyNotifies {
  private readonly expected = new Map<string, (() => void)[]>();

  get size(): number {
    return this.expected.size;
  }

  expect(subscribe: SipRequest): ExpectedNotifies {
    const key = `${header(subscribe, 'Call-ID')}\n${fromTag(subscribe)}`;
    this.expected.set(key, []);
    return {
      release: () => {
        const waiting = this.expected.get(key) ?? [];
        this.expected.delete(key);
        for (const resume of waiting) resume();
      },
    };
  }

  /** True: `resume` is called once the SUBSCRIBE has its answer. */
  hold(notify: SipRequest, resume: () => void): boolean {
    if (notify.method !== 'NOTIFY') return false;
    const waiting = this.expected.get(`${header(notify, 'Call-ID')}\n${toTag(notify)}`);
    if (waiting === undefined || waiting.length >= mostWaiting) return false;
    waiting.push(resume);
    return true;
  }
}

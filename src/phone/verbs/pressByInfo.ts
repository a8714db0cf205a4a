import { KozpontError } from '../../base/errors.ts';
import type { PhoneCall } from '../calls/call.ts';
import { sendInside } from '../calls/inside.ts';

export type InfoFormat = 'dtmf-relay' | 'dtmf';

const content: Readonly<Record<InfoFormat, (digit: string) => string>> = {
  'dtmf-relay': digit => `Signal=${digit}\r\nDuration=100\r\n`,
  dtmf: digit => digit,
};

/** One INFO a digit, each after the answer to the one before. Error: `REQUEST_FAILED`. */
export async function pressByInfo(call: PhoneCall, digits: string, format: InfoFormat = 'dtmf-relay'): Promise<void> {
  for (const digit of digits) {
    const { status, text } = await sendInside(call, 'INFO', {
      body: content[format](digit),
      contentType: `application/${format}`,
    });
    if (status >= 300) throw new KozpontError('REQUEST_FAILED', `INFO: ${status} ${text}`);
  }
}

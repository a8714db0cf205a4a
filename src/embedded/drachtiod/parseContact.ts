import { fail, ok, type Result } from '../../base/result.ts';
import type { ListenerOptions } from '../sip/stack.ts';
import { withoutBrackets } from '../sip/transport/addresses.ts';

const form = /^sip:(\*|\[[0-9A-Fa-f:.]+\]|[0-9.]+)(?::(\d{1,5}))?(?:;transport=([a-z,]+))?$/;

/**
 * A SIP contact as drachtio-server's options have it: `sip:10.0.0.1:5060;transport=udp,tcp`. `*` is every address, the
 * port is 5060 and the transport udp and tcp where they are not said. One listener for each transport.
 */
export const parseContact = (text: string, advertise?: string): Result<readonly ListenerOptions[], string> => {
  const match = form.exec(text.trim());
  if (match === null) {
    return fail(
      `${text} is no contact: write sip:<address>:<port>;transport=udp, with tcp or udp,tcp, and * for every address`,
    );
  }
  const [, host = '', portText, transports = 'udp,tcp'] = match;
  const port = Number(portText ?? 5060);
  if (port > 65_535) return fail(`${text}: there is no port ${port}`);
  const listeners: ListenerOptions[] = [];
  for (const protocol of new Set(transports.split(','))) {
    if (protocol !== 'udp' && protocol !== 'tcp') return fail(`${text}: udp and tcp are spoken here, not ${protocol}`);
    const address = host === '*' ? '0.0.0.0' : withoutBrackets(host);
    listeners.push({ protocol, address, port, ...(advertise === undefined ? {} : { advertise: { host: advertise } }) });
  }
  return ok(listeners);
};

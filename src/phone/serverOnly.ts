/** The stack of a phone that sends everything to its server: ACK and BYE, too, whatever Contact they are for. */

import type { ClientHandlers, ClientTransaction, Hop, RequestOptions, SipStack } from '../embedded/sip/stack.ts';
import type { SipRequest } from '../sip/message.ts';

export const stackTowards = (stack: SipStack, hop: () => Hop | undefined): SipStack => {
  const towards = (options: RequestOptions | undefined): RequestOptions | undefined => {
    const target = hop();
    return target === undefined ? options : { ...options, target };
  };
  return {
    listen: () => stack.listen(),
    get addresses() {
      return stack.addresses;
    },
    request: (request: SipRequest, handlers: ClientHandlers, options?: RequestOptions): ClientTransaction =>
      stack.request(request, handlers, towards(options)),
    send: (request, options) => stack.send(request, towards(options)),
    sendResponse: (response, transaction) => stack.sendResponse(response, transaction),
    proven: source => stack.proven(source),
    known: (flow, duration) => stack.known(flow, duration),
    reaches: to => stack.reaches(to),
    remember: source => stack.remember(source),
    resolve: uri => stack.resolve(uri),
    localFor: to => stack.localFor(to),
    isLocal: (host, port) => stack.isLocal(host, port),
    get counts() {
      return stack.counts;
    },
    close: () => stack.close(),
  };
};

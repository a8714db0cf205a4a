/** The stack as a dialog behind a NAT uses it: what it sends by itself (ACK, BYE of a fork) takes the dialog's way. */
import type { SipRequest } from '../../../sip/message.ts';
import type { ClientHandlers, ClientTransaction, Hop, RequestOptions, SipStack } from '../../sip/stack.ts';

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
    resolve: uri => stack.resolve(uri),
    localFor: to => stack.localFor(to),
    isLocal: (host, port) => stack.isLocal(host, port),
    get counts() {
      return stack.counts;
    },
    close: () => stack.close(),
  };
};

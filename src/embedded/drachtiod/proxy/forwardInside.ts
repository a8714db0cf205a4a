/** A request within a dialog that we are only on the path of: it goes on along its route (RFC 3261, §16). */
import type { SipRequest } from '../../../sip/message.ts';
import { responseTo } from '../../sip/responseTo.ts';
import type { ServerTransaction } from '../../sip/stack.ts';
import type { Core } from '../core/core.ts';
import { oneHopLess } from './forwardedRequest.ts';
import { throughOurRoute, towardsStrictRouter } from './looseRoute.ts';
import { ProxyContext } from './proxyContext.ts';

/** False: none of its routes is ours. */
export const forwardInside = (core: Core, transaction: ServerTransaction): boolean => {
  const routed = throughOurRoute(transaction.request, core.isLocal);
  if (routed === undefined) return false;
  const hop = oneHopLess(routed);
  if (hop === undefined) {
    transaction.respond(responseTo(transaction.request, 483));
    return true;
  }
  const request = towardsStrictRouter(hop);
  new ProxyContext(core, {
    transaction,
    request,
    targets: [{ target: undefined, uri: request.uri }],
    recordRoute: false,
    followRedirects: false,
    forking: 'serial',
    provisionalTimeout: undefined,
    finalTimeout: undefined,
    headers: [],
    events: { final: () => {}, done: () => {} },
  });
  return true;
};

/** The ACK of a 2xx has no transaction, and gets no answer. */
export const forwardAck = (core: Core, ack: SipRequest): void => {
  const routed = throughOurRoute(ack, core.isLocal);
  const request = routed === undefined ? undefined : oneHopLess(routed);
  if (request === undefined) return;
  core.stack
    .send(towardsStrictRouter(request))
    .catch(error => core.log.info({ err: error }, 'an ACK could not be passed on'));
};

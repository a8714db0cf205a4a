/** A request within a dialog that an application had us stay on the path of: it goes on along its route (RFC 3261, §16). */
import { randomId } from '../../../base/ids.ts';
import type { SipRequest } from '../../../sip/message.ts';
import { responseTo } from '../../sip/responseTo.ts';
import type { ServerTransaction } from '../../sip/stack.ts';
import type { Core } from '../core/core.ts';
import { oneHopLess } from './forwardedRequest.ts';
import { throughOurRoute, towardsStrictRouter } from './looseRoute.ts';
import type { ProxiedDialog } from './proxiedDialogs.ts';
import { ProxyContext } from './proxyContext.ts';

const refuse = (transaction: ServerTransaction, status: number): void => {
  transaction.respond(responseTo(transaction.request, status, { toTag: randomId() }));
};

export const forwardInside = (core: Core, transaction: ServerTransaction, dialog: ProxiedDialog): void => {
  const routed = throughOurRoute(transaction.request, core.isLocal);
  if (routed === undefined) {
    refuse(transaction, 481);
    return;
  }
  const hop = oneHopLess(routed);
  if (hop === undefined) {
    refuse(transaction, 483);
    return;
  }
  const request = towardsStrictRouter(hop);
  if (!core.proxiedDialogs.pass(dialog, request)) {
    core.log.info({ method: request.method }, 'a request was to be forwarded out of its dialog: refused');
    refuse(transaction, 481);
    return;
  }
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
    events: {
      passedBack: response => core.proxiedDialogs.answered(dialog, request, response),
      final: () => {},
      done: () => {},
    },
  });
};

/** The ACK of a 2xx has no transaction, and gets no answer. */
export const forwardAck = (core: Core, ack: SipRequest): void => {
  const dialog = core.proxiedDialogs.of(ack);
  const routed = dialog === undefined ? undefined : throughOurRoute(ack, core.isLocal);
  const hop = routed === undefined ? undefined : oneHopLess(routed);
  if (dialog === undefined || hop === undefined) return;
  const request = towardsStrictRouter(hop);
  if (!core.proxiedDialogs.pass(dialog, request)) return;
  core.stack.send(request).catch(error => core.log.info({ err: error }, 'an ACK could not be passed on'));
};

/** An application has a request proxied. */

import { randomId } from '../../../base/ids.ts';
import { parseUri } from '../../../sip/grammar/fields/uri.ts';
import type { SipRequest, SipResponse } from '../../../sip/message.ts';
import { responseTo } from '../../sip/responseTo.ts';
import type { ServerTransaction, Source } from '../../sip/stack.ts';
import type { Application } from '../applications/connection.ts';
import type { Core } from '../core/core.ts';
import { encodeReceived } from '../messages/encode.ts';
import type { ProxyCommand } from '../protocol/command.ts';
import { nokFrame, okFrame, proxyProgressFrame } from '../protocol/outgoing.ts';
import { oneHopLess } from './forwardedRequest.ts';
import { isLocalUri, throughOurRoute } from './looseRoute.ts';
import { ProxyContext, type ProxyEvents, type ProxyTarget } from './proxyContext.ts';

const parsed = (uri: string) => {
  const result = parseUri(uri);
  return result.ok ? result.value : undefined;
};

const refuse = (transaction: ServerTransaction, status: number): void => {
  transaction.respond(responseTo(transaction.request, status, { toTag: randomId() }));
};

/**
 * A destination is the next hop. It is the Request-URI as well where that one was us; another Request-URI stays as it
 * came, as drachtio-server has it.
 */
const targetsOf = (core: Core, request: SipRequest, destinations: readonly string[]): ProxyTarget[] => {
  const toUs = isLocalUri(parsed(request.uri), core.isLocal);
  return destinations
    .filter(destination => parsed(destination) !== undefined)
    .map(target => ({ target, uri: toUs ? target : request.uri }));
};

/** What a proxy is told to do; the application's command says it, or a request handler. */
export type ProxyPlan = Pick<
  ProxyCommand,
  'recordRoute' | 'followRedirects' | 'forking' | 'provisionalTimeout' | 'finalTimeout' | 'destinations' | 'headers'
>;

/** Undefined: it is on its way; else why not, and the request has been refused. */
export const startProxy = (
  core: Core,
  transaction: ServerTransaction,
  plan: ProxyPlan,
  events: ProxyEvents,
): string | undefined => {
  core.merged.forget(transaction.request);
  const routed = throughOurRoute(transaction.request, core.isLocal) ?? transaction.request;
  const request = oneHopLess(routed);
  if (request === undefined) {
    refuse(transaction, 483);
    return 'Rejected with 483 Too Many Hops due to Max-Forwards value of 0';
  }
  const challenged = core.challenges.targetOf(request);
  const targets = targetsOf(core, request, challenged === undefined ? plan.destinations : [challenged]);
  if (targets.length === 0) {
    refuse(transaction, 500);
    return 'error proxying request to ';
  }
  const passedBack = plan.recordRoute ? core.proxiedDialogs.begin(transaction.request) : undefined;
  const { recordRoute, followRedirects, forking, provisionalTimeout, finalTimeout, headers } = plan;
  new ProxyContext(core, {
    transaction,
    request,
    targets,
    recordRoute,
    followRedirects,
    forking,
    provisionalTimeout,
    finalTimeout,
    headers,
    events: passedBack === undefined ? events : { ...events, passedBack },
  });
  return undefined;
};

export const proxyRequest = (core: Core, application: Application, command: ProxyCommand): void => {
  const incoming = core.incoming.get(command.transactionId);
  const transaction = incoming?.proxiable;
  if (incoming === undefined || transaction === undefined) {
    application.send(nokFrame(command.id, `Unknown transaction id: ${command.transactionId}`));
    return;
  }
  incoming.release();
  const isCall = transaction.request.method === 'INVITE';
  const failure = startProxy(core, transaction, command, proxyEvents(core, application, command, isCall));
  if (failure !== undefined) application.send(nokFrame(command.id, failure));
  else if (!command.fullResponse) application.send(okFrame(command.id, 'done'));
};

const proxyEvents = (core: Core, application: Application, command: ProxyCommand, isCall: boolean): ProxyEvents => ({
  final: (response: SipResponse, source: Source) => {
    const { bytes, meta } = encodeReceived(response, source);
    if (command.fullResponse) application.send(proxyProgressFrame(command.id, meta, bytes));
    if (!isCall) return;
    if (response.status < 300) {
      core.records.post({ kind: 'start', role: 'proxy-uac' }, () => ({ bytes, meta }));
    } else {
      const reason = response.status === 487 ? 'call-canceled' : 'call-rejected';
      core.records.post({ kind: 'stop', reason }, () => ({ bytes, meta }));
    }
  },
  done: () => {
    if (command.fullResponse) application.send(okFrame(command.id, 'done'));
  },
});

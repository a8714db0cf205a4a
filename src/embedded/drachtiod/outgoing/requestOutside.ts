/** An application's request that belongs to no dialog yet (RFC 3261, §8.1.1). */
import { randomUUID } from 'node:crypto';
import { randomId } from '../../../base/ids.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { parseCSeq } from '../../../sip/grammar/fields/cseq.ts';
import { param } from '../../../sip/grammar/fields/params.ts';
import { parseUri } from '../../../sip/grammar/fields/uri.ts';
import { field, hasHeader, header } from '../../../sip/grammar/headers.ts';
import type { HeaderField, SipRequest } from '../../../sip/message.ts';
import type { LocalAddress } from '../../sip/stack.ts';
import { tagIn, withTag } from '../../sip/tags.ts';
import { withoutBrackets } from '../../sip/transport/addresses.ts';
import type { Asker, Core } from '../core/core.ts';
import { dialogIdOf } from '../dialogs/dialogId.ts';
import { appFieldsOutsideDialog } from '../messages/appFields.ts';
import { missingContentType } from '../messages/contentType.ts';
import { fillPlaceholder, localUri } from '../messages/placeholders.ts';
import { needsContact } from '../messages/requestContent.ts';
import { type AppRequest, appHeader } from '../protocol/appMessage.ts';
import type { RequestCommand } from '../protocol/command.ts';
import { nokFrame } from '../protocol/outgoing.ts';
import { AskedRequest, flowFailed } from './askedRequest.ts';
import { OutgoingInvite } from './outgoingInvite.ts';
import { SentRequest } from './sentRequest.ts';
import { subscribe } from './subscribe.ts';

const identity = new Set(['From', 'To', 'Call-ID', 'CSeq', 'Max-Forwards']);

/** Our address as long as it is not known: `finish` replaces it. */
const ourself = '<sip:localhost>';

const cseqOf = (message: AppRequest, core: Core): string => {
  const wanted = parseCSeq(appHeader(message, 'CSeq') ?? '');
  if (wanted.ok) return `${wanted.value.sequence} ${message.method}`;
  // A Call-ID that goes on from an earlier request (REGISTER) needs a number above that one's.
  const goesOn = appHeader(message, 'Call-ID') !== undefined;
  return `${goesOn ? Math.floor(core.clock.now() / 1000) % 2 ** 31 : 1} ${message.method}`;
};

/** The request but for its Via and for what depends on the way that it takes. */
const compose = (core: Core, message: AppRequest): Result<SipRequest, string> => {
  const from = appHeader(message, 'From') ?? ourself;
  const tagged = withTag(from, randomId());
  if (tagIn(tagged) === undefined) return fail(`invalid from value provided by client: ${from}`);
  const fields = appFieldsOutsideDialog(message.headers).filter(entry => !identity.has(entry.name));
  const contentType = missingContentType(fields, message.body);
  if (!contentType.ok) return fail(contentType.error);
  const headers: HeaderField[] = [
    field('Max-Forwards', appHeader(message, 'Max-Forwards') ?? '70'),
    field('From', tagged),
    field('To', appHeader(message, 'To') ?? `<${message.uri}>`),
    field('Call-ID', appHeader(message, 'Call-ID') ?? randomUUID()),
    field('CSeq', cseqOf(message, core)),
    ...fields,
    ...contentType.value,
  ];
  return ok({ kind: 'request', method: message.method, uri: message.uri, headers, body: message.body });
};

const finish = (request: SipRequest, local: LocalAddress): SipRequest => {
  const headers = request.headers.map(entry => fillPlaceholder(entry, local));
  if (needsContact(request.method) && !hasHeader(request, 'Contact')) {
    headers.push(field('Contact', `<${localUri(local)}>`));
  }
  return { ...request, headers };
};

/** drachtio-srf also takes `address[:port]` for the proxy. */
const proxyUri = (proxy: string): string => {
  const bare = proxy.startsWith('<') ? proxy.slice(1, proxy.indexOf('>')) : proxy;
  return /^sips?:/i.test(bare) ? bare : `sip:${bare}`;
};

/** Nothing listens at the port that a phone has connected from: to connect there would take time, and fail. */
const leadsToLostFlow = (core: Core, uri: string): boolean => {
  const parsed = parseUri(uri);
  if (!parsed.ok || parsed.value.kind !== 'sip') return false;
  const { host, port, params } = parsed.value;
  const protocol = param(params, 'transport')?.toLowerCase();
  if (protocol !== 'tcp' || port === null) return false;
  return core.flows.isLost({ protocol, address: withoutBrackets(host), port });
};

const checkUri = (core: Core, uri: string, proxied: boolean): string | undefined => {
  const parsed = parseUri(uri);
  if (!parsed.ok || parsed.value.kind === 'other') return `invalid request-uri: ${uri}`;
  if (parsed.value.kind === 'sip' && !proxied) {
    const { host, port } = parsed.value;
    if (core.stack.isLocal(host, port ?? undefined)) return 'can not send request to myself';
  }
  return undefined;
};

export const sendRequestOutside = (core: Core, asker: Asker, command: RequestCommand): void => {
  const { message, proxy } = command;
  const fault = checkUri(core, message.uri, proxy !== undefined);
  const composed = fault === undefined ? compose(core, message) : fail(fault);
  if (!composed.ok) {
    asker.application.send(nokFrame(asker.commandId, composed.error));
    return;
  }
  const request = composed.value;
  if (proxy !== undefined && leadsToLostFlow(core, proxyUri(proxy))) {
    new AskedRequest(core, asker, () => '').deliverFailure(request, flowFailed);
    return;
  }
  const options = { ...(proxy === undefined ? {} : { target: proxyUri(proxy) }), finish };
  const claim = (): string =>
    core.dialogs.claim(dialogIdOf(header(request, 'Call-ID') ?? '', tagIn(header(request, 'From')) ?? ''));
  switch (request.method) {
    case 'INVITE':
      new OutgoingInvite(core, { asker, request, dialogId: claim(), ...options });
      return;
    case 'SUBSCRIBE':
      subscribe(core, { asker, request, dialogId: claim(), ...options });
      return;
    case 'ACK':
    case 'CANCEL':
    case 'PRACK':
      asker.application.send(nokFrame(asker.commandId, `${request.method} needs a dialog or a transaction`));
      return;
    default:
      new SentRequest(core, { asker, request, dialogId: () => '', ...options });
  }
};

import { parseCSeq } from '../../../sip/grammar/fields/cseq.ts';
import { parseNameAddr } from '../../../sip/grammar/fields/nameAddr.ts';
import { hasParam, withoutParam } from '../../../sip/grammar/fields/params.ts';
import { serializeUri } from '../../../sip/grammar/fields/uri.ts';
import { field, header, headers } from '../../../sip/grammar/headers.ts';
import type { HeaderField, SipRequest } from '../../../sip/message.ts';
import type { Dialog } from './dialog.ts';

export interface RequestContent {
  /** Contact, Event, Refer-To …; what the dialog determines (Via, From, To, Call-ID, CSeq, Route, Max-Forwards) is not among them. */
  readonly headers?: readonly HeaderField[];
  readonly body?: Buffer | string;
  /** Required with a body. */
  readonly contentType?: string;
}

export interface DialogRequest {
  /** The dialog afterwards: the sequence number has moved on. */
  readonly dialog: Dialog;
  /** Complete but for the Via. */
  readonly request: SipRequest;
  /** The URI of the next hop, for `RequestOptions.target`: a strict router cannot be told from the request alone. */
  readonly target: string;
}

const noBody = Buffer.alloc(0);

/** The next request within a dialog (RFC 3261, §12.2.1.1). Not for ACK (`ackWithin`) and CANCEL (no request of a dialog). */
export function requestWithin(dialog: Dialog, method: string, content: RequestContent = {}): DialogRequest {
  const localSequence = (dialog.localSequence ?? 0) + 1;
  return { dialog: { ...dialog, localSequence }, ...build(dialog, method, localSequence, content) };
}

/**
 * The ACK of the 2xx that confirmed `dialog` (§13.2.2.4): the INVITE's sequence number and credentials, on the dialog's
 * route.
 */
export function ackWithin(
  dialog: Dialog,
  invite: SipRequest,
  content: RequestContent = {},
): Omit<DialogRequest, 'dialog'> {
  const cseq = parseCSeq(header(invite, 'CSeq') ?? '');
  const sequence = cseq.ok ? cseq.value.sequence : (dialog.localSequence ?? 0);
  const credentials = [
    ...headers(invite, 'Authorization').map(value => field('Authorization', value)),
    ...headers(invite, 'Proxy-Authorization').map(value => field('Proxy-Authorization', value)),
  ];
  return build(dialog, 'ACK', sequence, { ...content, headers: [...credentials, ...(content.headers ?? [])] });
}

function build(
  dialog: Dialog,
  method: string,
  sequence: number,
  content: RequestContent,
): { request: SipRequest; target: string } {
  const { uri, routes, target } = routed(dialog);
  const { body, contentType } = content;
  return {
    target,
    request: {
      kind: 'request',
      method,
      uri,
      headers: [
        ...routes.map(route => field('Route', route)),
        field('Max-Forwards', '70'),
        field('From', dialog.local),
        field('To', dialog.remote),
        field('Call-ID', dialog.callId),
        field('CSeq', `${sequence} ${method}`),
        ...(content.headers ?? []),
        ...(contentType === undefined ? [] : [field('Content-Type', contentType)]),
      ],
      body: body === undefined ? noBody : typeof body === 'string' ? Buffer.from(body) : body,
    },
  };
}

/**
 * Request-URI, Route and next hop. A first route with `lr` is a loose router's: the Request-URI is the remote target.
 * Without it, it is a strict router's, which finds itself in the Request-URI and the remote target in the last Route.
 */
function routed({ remoteTarget, routeSet }: Dialog): { uri: string; routes: readonly string[]; target: string } {
  const [first, ...rest] = routeSet;
  if (first === undefined) return { uri: remoteTarget, routes: [], target: remoteTarget };
  const address = parseNameAddr(first);
  if (!address.ok || address.value.uri.kind !== 'sip') {
    return { uri: remoteTarget, routes: routeSet, target: remoteTarget };
  }
  const router = address.value.uri;
  if (hasParam(router.params, 'lr')) return { uri: remoteTarget, routes: routeSet, target: serializeUri(router) };
  // What a Request-URI may not have (§19.1.1, table 1) is stripped.
  const uri = serializeUri({ ...router, params: withoutParam(router.params, 'method'), headers: [] });
  return { uri, routes: [...rest, `<${remoteTarget}>`], target: uri };
}

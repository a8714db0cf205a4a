/** The INVITE to a phone. */
import { abilities, fromField, identityFields, nameAddress, reasonField, recallFromField } from '../dialogs/headers.ts';
import { timerWanted } from '../dialogs/sessionTimer.ts';
import type { DialRequest } from '../port.ts';

/**
 * RFC 7462's names, and behind them what phones have listened to for longer. A recall can so ring like nothing else.
 */
const alertInfo: Readonly<Record<DialRequest['alert'], string>> = {
  internal: '<urn:alert:source:internal>;info=alert-internal',
  external: '<urn:alert:source:external>;info=alert-external',
  recall: '<urn:alert:service:recall-callback>;info=alert-recall',
};

/**
 * To a phone whose forwards and mailbox are to stay out of it (RFC 3841, §9): it does not look for others, and nothing
 * that takes messages answers. What diverts nevertheless is not followed.
 */
const inhibited: Record<string, string> = {
  'Request-Disposition': 'no-recurse',
  'Reject-Contact': '*;actor="msg-taker";automata',
};

/** Who sent the call on: for a 302 that we follow (RFC 5806). */
export interface DivertedBy {
  readonly extension: string;
  /** Of the server, as that phone was called: no server fills in this header field. */
  readonly host: string;
}

export const inviteFields = (
  request: DialRequest,
  callId: string,
  divertedBy: DivertedBy | undefined,
): Record<string, string> => ({
  ...abilities,
  ...timerWanted,
  ...identityFields(request.from),
  ...(request.divert === 'inhibit' ? inhibited : {}),
  ...(request.reason === undefined ? {} : { Reason: reasonField('SIP', request.reason.cause, request.reason.text) }),
  ...(divertedBy === undefined
    ? {}
    : { Diversion: `${nameAddress(undefined, divertedBy.extension, divertedBy.host)};reason=unconditional` }),
  'Alert-Info': alertInfo[request.alert],
  'Call-ID': callId,
  From: request.alert === 'recall' ? recallFromField(request.from) : fromField(request.from),
  To: nameAddress(undefined, request.target.number),
  'Content-Type': 'application/sdp',
});

/** Where a message of the network belongs: to a dialog of ours, to one that we are on the path of, or to an application. */

import { randomId } from '../../../base/ids.ts';
import { hasHeader } from '../../../sip/grammar/headers.ts';
import type { SipRequest } from '../../../sip/message.ts';
import { keyOfMessage } from '../../sip/dialogs/dialog.ts';
import { responseTo } from '../../sip/responseTo.ts';
import type { ServerTransaction, SipCore, Source } from '../../sip/stack.ts';
import { toTag } from '../../sip/tags.ts';
import type { Core } from '../core/core.ts';
import { followFlow } from '../dialogs/follow.ts';
import { forwardAck, forwardInside } from '../proxy/forwardInside.ts';
import { newRequest } from './newRequest.ts';
import { requestInside } from './requestInside.ts';

/**
 * Requests that mean nothing without the dialog that they name (481). The others go to an application even so, as
 * drachtio-server has it: the NOTIFY of a REFER that was sent outside of any dialog comes this way.
 */
const bound = new Set(['INVITE', 'BYE', 'UPDATE', 'PRACK', 'REFER']);
/** Requests that cannot start anything. */
const within = new Set(['BYE', 'UPDATE', 'PRACK']);

export const dispatch = (core: () => Core): SipCore => ({
  calls: () => core().dialogs.size + core().proxiedDialogs.size,
  knowsCall: callId => core().dialogs.hasCall(callId) || core().proxiedDialogs.hasCall(callId),
  request: transaction => dispatchRequest(core(), transaction),
  ack: (request, source) => dispatchAck(core(), request, source),
  flowsInUse: () => core().flows.inUse(),
  flowLost: hop => core().flows.connectionLost(hop),
});

const dispatchRequest = (core: Core, transaction: ServerTransaction): void => {
  const { request } = transaction;
  const key = keyOfMessage(request);
  const dialog = key === undefined ? undefined : core.dialogs.withKey(key);
  const sip = key === undefined ? undefined : dialog?.fork(key);
  if (dialog !== undefined && sip !== undefined) {
    core.stack.proven(transaction.source);
    requestInside(core, transaction, dialog, sip);
    return;
  }
  const tagged = toTag(request) !== undefined;
  const proxied = tagged ? core.proxiedDialogs.of(request) : undefined;
  if (proxied !== undefined) {
    forwardInside(core, transaction, proxied);
    return;
  }
  if (tagged && core.earlyNotifies.hold(request, () => dispatchRequest(core, transaction))) return;
  // A Route leads through us, or away from here: without a dialog that runs through us it leads nowhere.
  if (tagged ? bound.has(request.method) || hasHeader(request, 'Route') : within.has(request.method)) {
    transaction.respond(responseTo(request, 481, { toTag: randomId() }));
    return;
  }
  newRequest(core, transaction);
};

const dispatchAck = (core: Core, ack: SipRequest, source: Source): void => {
  const dialog = core.dialogs.withKey(keyOfMessage(ack) ?? '');
  // Before it is taken: a BYE that waits for it leaves at once. A repeated one shows nothing.
  if (dialog?.incomingInvite?.unacknowledged) followFlow(core, dialog, ack, source);
  // It names the tag of our 2xx.
  if (core.accepted.acknowledge(ack) === 'unknown') forwardAck(core, ack);
  else core.stack.proven(source);
};

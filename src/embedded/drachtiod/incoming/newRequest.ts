/** A request that belongs to no dialog: it goes to one of the applications that want its method. */

import { randomInt } from 'node:crypto';
import { detach } from '../../../base/faults.ts';
import { randomId } from '../../../base/ids.ts';
import { field, header } from '../../../sip/grammar/headers.ts';
import type { SipRequest, SipResponse } from '../../../sip/message.ts';
import { dialogOfRequest } from '../../sip/dialogs/dialog.ts';
import { responseTo } from '../../sip/responseTo.ts';
import type { ServerTransaction } from '../../sip/stack.ts';
import { fromTag, toTag } from '../../sip/tags.ts';
import type { Application } from '../applications/connection.ts';
import type { Core } from '../core/core.ts';
import { AppDialog } from '../dialogs/appDialog.ts';
import { dialogIdOf } from '../dialogs/dialogId.ts';
import { expireWith } from '../dialogs/expiry.ts';
import { natHopOfRequest } from '../dialogs/natHop.ts';
import { takesUpdate } from '../dialogs/takesUpdate.ts';
import { encodeReceived } from '../messages/encode.ts';
import { newRequestFrame } from '../protocol/outgoing.ts';
import { Undecided } from '../routing/undecided.ts';
import { isTooShort, smallestInterval } from '../sessionTimer/negotiation.ts';
import { noSession, sessionEvents } from '../sessionTimer/sessionEvents.ts';
import { IncomingInvite } from './incomingInvite.ts';
import type { IncomingRequest } from './incomingRequest.ts';
import { PlainRequest } from './plainRequest.ts';

const refuse = (transaction: ServerTransaction, status: number, ...headers: [string, string][]): void => {
  transaction.respond(
    responseTo(transaction.request, status, {
      toTag: randomId(),
      headers: headers.map(([name, value]) => field(name, value)),
    }),
  );
};

/** The methods of RFC 3261 and its extensions that start something. */
const known = new Set(['INVITE', 'OPTIONS', 'REGISTER', 'SUBSCRIBE', 'NOTIFY', 'REFER', 'MESSAGE', 'INFO', 'PUBLISH']);

/** RFC 3261, §10.3, step 6: `*` unregisters everything, and needs to say so. */
const isAmbiguousRegister = (request: SipRequest): boolean =>
  request.method === 'REGISTER' && header(request, 'Contact') === '*' && header(request, 'Expires')?.trim() !== '0';

export const newRequest = (core: Core, transaction: ServerTransaction): void => {
  const { request } = transaction;
  const startsDialog = toTag(request) === undefined;
  if (startsDialog && !core.merged.admit(request)) {
    refuse(transaction, 482);
    return;
  }
  const forget = (): void => {
    if (startsDialog) core.merged.forget(request);
  };
  if (isAmbiguousRegister(request)) {
    transaction.observe({ ended: forget });
    refuse(transaction, 400);
    return;
  }
  if (request.method === 'INVITE' && isTooShort(request)) {
    transaction.observe({ ended: forget });
    refuse(transaction, 422, ['Min-SE', String(smallestInterval)]);
    return;
  }
  const handler = core.handlers.urlFor(request.method);
  if (handler !== undefined) {
    const undecided = new Undecided(core, transaction, {
      give: application => give(core, application, transaction, forget),
      ended: forget,
    });
    detach(core.faults, undecided.ask(handler));
    return;
  }
  const application = core.routes.next(request.method.toLowerCase(), core.tagFor(request));
  if (application === undefined) {
    transaction.observe({ ended: forget });
    core.log.info({ method: request.method }, 'no application wants this request');
    if (!startsDialog) refuse(transaction, 481);
    else if (!known.has(request.method)) refuse(transaction, 501);
    else refuse(transaction, 503, ['Retry-After', String(randomInt(1, 6))]);
    return;
  }
  give(core, application, transaction, forget);
};

/** Hands the request to the application. */
export const give = (
  core: Core,
  application: Application,
  transaction: ServerTransaction,
  ended: () => void,
): IncomingRequest => {
  const incoming = waitFor(core, application, transaction, ended);
  const { source, request } = transaction;
  const { bytes, meta } = encodeReceived(request, source);
  const local = core.stack.localFor(source);
  const here = { address: local.host, port: local.port };
  application.send(newRequestFrame(meta, incoming.transactionId, here, bytes));
  if (request.method === 'INVITE') {
    core.records.post({ kind: 'attempt' }, () => ({ bytes, meta }));
  }
  return incoming;
};

const waitFor = (
  core: Core,
  application: Application,
  transaction: ServerTransaction,
  ended: () => void,
): IncomingRequest => {
  const { request } = transaction;
  const inDialog = toTag(request) !== undefined;
  if (request.method === 'INVITE') {
    const dialog = (): AppDialog => dialogOf(core, application, transaction, 'invite');
    return new IncomingInvite(core, { application, transaction, dialog, ended });
  }
  const subscribes = request.method === 'SUBSCRIBE' && !inDialog;
  let dialogId = '';
  return new PlainRequest(core, {
    application,
    transaction,
    dialogId: () => dialogId,
    contact: subscribes || request.method === 'REFER',
    proxiable: true,
    ended,
    answered: response => {
      core.flows.answered(request, response, transaction.source);
      if (response.status === 401 || response.status === 407) core.merged.forget(request);
      if (request.method === 'REGISTER' && response.status < 300) core.stack.remember(transaction.source);
      if (subscribes && response.status < 300) dialogId = subscribed(core, application, transaction, response);
    },
  });
};

const dialogOf = (
  core: Core,
  owner: Application,
  transaction: ServerTransaction,
  kind: 'invite' | 'subscribe',
): AppDialog => {
  const { request, source } = transaction;
  const dialog = new AppDialog({
    id: core.dialogs.claim(dialogIdOf(header(request, 'Call-ID') ?? '', fromTag(request) ?? '')),
    kind,
    owner,
    hop: source,
    clock: core.clock,
    session: created => (kind === 'invite' ? sessionEvents(core, created) : noSession()),
  });
  dialog.natHop = natHopOfRequest(request, source);
  dialog.takesUpdate = takesUpdate(request);
  return dialog;
};

const subscribed = (core: Core, owner: Application, transaction: ServerTransaction, response: SipResponse): string => {
  const sip = dialogOfRequest(transaction.request, response);
  if (sip === undefined) return '';
  const dialog = dialogOf(core, owner, transaction, 'subscribe');
  dialog.contact = header(response, 'Contact');
  core.dialogs.confirm(dialog, sip);
  expireWith(core, dialog, response);
  return dialog.id;
};

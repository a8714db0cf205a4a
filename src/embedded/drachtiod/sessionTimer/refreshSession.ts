/**
 * The server refreshes a session in the application's place (RFC 4028, §10): by UPDATE without SDP where the far end
 * takes it, else by an INVITE that repeats what was said last of our media. The application hears of it only if the
 * session has gone.
 */
import { randomInt } from 'node:crypto';
import { parseSessionExpires } from '../../../sip/grammar/fields/integer.ts';
import { field, header } from '../../../sip/grammar/headers.ts';
import type { HeaderField, SipResponse } from '../../../sip/message.ts';
import type { Core } from '../core/core.ts';
import type { AppDialog } from '../dialogs/appDialog.ts';
import { endDialog } from '../dialogs/endDialog.ts';
import { followResponse } from '../dialogs/follow.ts';
import { requestInDialog } from '../dialogs/requestInDialog.ts';
import { localUri } from '../messages/placeholders.ts';
import type { PendingInvite } from '../outgoing/pendingInvite.ts';
import { Reinvite } from '../outgoing/reinvite.ts';
import { acceptedInterval, type SessionInterval, smallestInterval } from './negotiation.ts';

/** RFC 3261, §14.1, for the side that made the Call-ID and for the other one: multiples of 10 ms. */
const glarePause = (madeCallId: boolean): number => 10 * (madeCallId ? randomInt(210, 401) : randomInt(0, 201));

/** The session has gone at the far end, or nothing answers there any more (§10): 408, 481. */
const isGone = (status: number): boolean => status === 408 || status === 481;

const sessionFields = (interval: SessionInterval, contact: string): readonly HeaderField[] => [
  field('Contact', contact),
  field('Supported', 'timer'),
  field('Session-Expires', `${interval.seconds};refresher=uac`),
  field('Min-SE', String(smallestInterval)),
];

const contactOf = (core: Core, dialog: AppDialog): string =>
  dialog.contact ?? `<${localUri(core.stack.localFor(dialog.natHop ?? dialog.hop))}>`;

export const refreshSession = (core: Core, dialog: AppDialog, interval: SessionInterval): void => {
  const busy = dialog.outgoingInvite !== undefined || dialog.incomingInvite !== undefined;
  if (busy || dialog.sip === undefined) {
    dialog.sessionTimer.retry(2_000);
    return;
  }
  const { localSdp } = dialog;
  const byUpdate = dialog.takesUpdate || localSdp === undefined;
  const fields = sessionFields(interval, contactOf(core, dialog));
  const settled = (response: SipResponse | undefined, status: number): void =>
    outcome(core, dialog, interval, response, status);
  if (byUpdate) {
    const { request, way } = requestInDialog(core, dialog, dialog.sip, 'UPDATE', { headers: fields });
    core.stack.request(
      request,
      {
        response: (response, source) => {
          if (response.status < 200) return;
          if (response.status < 300) followResponse(core, dialog, response, source);
          settled(response, response.status);
        },
        failed: failure => settled(undefined, failure.status),
      },
      way,
    );
  } else {
    refreshByInvite(core, dialog, fields, settled);
  }
};

const refreshByInvite = (
  core: Core,
  dialog: AppDialog,
  headers: readonly HeaderField[],
  settled: (response: SipResponse | undefined, status: number) => void,
): void => {
  const { sip, localSdp } = dialog;
  if (sip === undefined || localSdp === undefined) return;
  const { request, way } = requestInDialog(core, dialog, sip, 'INVITE', { headers, ...localSdp });
  let unanswered = true;
  const reinvite = new Reinvite(core, request, way, {
    response: (response, source) => {
      if (response.status < 200) return;
      done();
      if (response.status < 300 && dialog.sip !== undefined) {
        followResponse(core, dialog, response, source);
        reinvite.acknowledge(dialog.sip, dialog);
      }
      settled(response, response.status);
    },
    failed: failure => {
      done();
      settled(undefined, failure.status);
    },
  });
  const pending: PendingInvite = {
    get unanswered() {
      return unanswered;
    },
    get request() {
      return reinvite.transaction.request;
    },
    acknowledge: () => {},
    forkOf: () => undefined,
    withdraw: () => reinvite.transaction.cancel(),
    applicationLost: () => {},
  };
  const done = (): void => {
    unanswered = false;
    if (dialog.outgoingInvite === pending) dialog.outgoingInvite = undefined;
  };
  dialog.outgoingInvite = pending;
};

const outcome = (
  core: Core,
  dialog: AppDialog,
  interval: SessionInterval,
  response: SipResponse | undefined,
  status: number,
): void => {
  if (dialog.state === 'terminated') return;
  if (response !== undefined && status < 300) {
    const agreed = acceptedInterval(response);
    if (agreed === undefined) dialog.sessionTimer.stop();
    else dialog.sessionTimer.start(agreed);
  } else if (status === 491) {
    dialog.sessionTimer.retry(glarePause(dialog.sip?.role === 'uac'));
  } else if (status === 422 && response !== undefined) {
    const least = parseSessionExpires(header(response, 'Min-SE') ?? '');
    const seconds = least.ok ? Math.max(interval.seconds, least.value.seconds) : interval.seconds;
    refreshSession(core, dialog, { ...interval, seconds });
  } else if (isGone(status)) {
    endDialog(core, dialog, 'Session timer expired', 'session-expired');
  }
  // Any other refusal leaves the session as it is: it ends when its time is over.
};

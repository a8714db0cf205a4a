/**
 * A far end that moves: to another network, to another binding of its NAT, to another connection. The target and the
 * flow of a dialog follow what comes in it. Who sends it knows the Call-ID and both tags, and has the next CSeq: that is
 * what the protocol has to tell a far end by.
 */
import { parseUri } from '../../../sip/grammar/fields/uri.ts';
import { headers } from '../../../sip/grammar/headers.ts';
import type { SipRequest, SipResponse } from '../../../sip/message.ts';
import { refreshed } from '../../sip/dialogs/dialog.ts';
import type { Hop, Source } from '../../sip/stack.ts';
import type { Core } from '../core/core.ts';
import type { AppDialog } from './appDialog.ts';
import { natHopOfRequest, natHopOfResponse } from './natHop.ts';

/** A target refresh of theirs was accepted (RFC 3261, §12.2.2; RFC 3311, §5.1): they are where it came from. */
export const followRequest = (core: Core, dialog: AppDialog, request: SipRequest, source: Source): void => {
  const { sip, hop } = dialog;
  if (sip === undefined) return;
  const after = refreshed(sip, request);
  core.dialogs.put(dialog, after);
  // Where nothing but the Contact has another port, that is what the refresh is for.
  const portCounts = !isSame(hop, source) || samePlace(sip.remoteTarget, after.remoteTarget);
  dialog.hop = source;
  dialog.natHop = sip.routeSet.length > 0 ? undefined : natHopOfRequest(request, source, portCounts);
};

/** The 2xx to a target refresh of ours (§12.2.1.2). What it came from was reached: only another Contact changes the way. */
export const followResponse = (core: Core, dialog: AppDialog, response: SipResponse, source: Source): void => {
  const { sip } = dialog;
  if (sip === undefined) return;
  const after = refreshed(sip, response);
  core.dialogs.put(dialog, after);
  if (samePlace(sip.remoteTarget, after.remoteTarget)) return;
  dialog.hop = source;
  dialog.natHop = sip.routeSet.length > 0 ? undefined : natHopOfResponse(response, source);
};

/**
 * Any other message of theirs says nothing of their Contact. It still shows that a NAT has given them another port, or
 * that they have connected anew after their connection went away.
 */
export const followFlow = (core: Core, dialog: AppDialog, request: SipRequest, source: Source): void => {
  const { natHop } = dialog;
  if (natHop === undefined || headers(request, 'Via').length > 1 || isSame(natHop, source)) return;
  const rebound = natHop.protocol === source.protocol && natHop.address === source.address;
  if (!rebound && core.stack.reaches(natHop)) return;
  dialog.hop = source;
  dialog.natHop = source;
};

const isSame = (a: Hop, b: Hop): boolean => a.protocol === b.protocol && a.address === b.address && a.port === b.port;

const samePlace = (a: string, b: string): boolean => {
  const [first, second] = [parseUri(a), parseUri(b)];
  if (!first.ok || !second.ok || first.value.kind !== 'sip' || second.value.kind !== 'sip') return a === b;
  return first.value.host === second.value.host && first.value.port === second.value.port;
};

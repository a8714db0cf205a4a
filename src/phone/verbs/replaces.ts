import { noParams } from '../../sip/grammar/fields/params.ts';
import { serializeReplaces } from '../../sip/grammar/fields/replaces.ts';
import type { PhoneCall } from '../calls/call.ts';

/** The Replaces (RFC 3891) by which the far end knows the dialog of a call, early or confirmed. */
export function replacesOf({ dialog }: PhoneCall): string {
  const { callId, localTag, remoteTag } = dialog;
  return serializeReplaces({
    callId,
    toTag: remoteTag ?? '0',
    fromTag: localTag,
    earlyOnly: false,
    params: noParams,
  });
}

import { responseTo } from '../../embedded/sip/responseTo.ts';
import type { HeaderField } from '../../sip/message.ts';
import { reasonPhrase } from '../../sip/reasonPhrases.ts';
import type { PhoneCall } from '../calls/call.ts';

/** A final response other than 2xx to a call that was not answered. */
export function refuse(call: PhoneCall, status: number, headers: readonly HeaderField[] = []): void {
  const { state } = call;
  if (state.kind !== 'offered') return;
  state.transaction.respond(responseTo(state.transaction.request, status, { toTag: state.tag, headers }));
  call.become({ kind: 'ended', end: { by: 'us', status, text: reasonPhrase(status), reason: undefined } });
}

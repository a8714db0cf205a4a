import { requestWithin } from '../../embedded/sip/dialogs/requests.ts';
import type { PhoneCall } from '../calls/call.ts';
import { send } from '../requests.ts';
import { refuse } from './refuse.ts';

/** BYE, CANCEL or a refusal, as the state has it; nothing for a call that has ended. */
export async function hangUp(call: PhoneCall): Promise<void> {
  const { state, phone } = call;
  switch (state.kind) {
    case 'calling':
      state.cancel();
      await call.ended();
      return;
    case 'offered':
      refuse(call, 480);
      return;
    case 'talking': {
      const { request, target } = requestWithin(state.dialog, 'BYE');
      call.become({ kind: 'ended', end: { by: 'us', status: undefined, text: 'hung up', reason: undefined } });
      await send(phone.stack, request, target);
      return;
    }
    case 'ended':
      return;
  }
}

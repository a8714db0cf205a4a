import type { Duration } from '../base/clock.ts';
import type { CallRecord } from '../call/record.ts';
import type { TerminationResult } from '../call/termination.ts';
import { ofTones } from '../phone/hearing/hearing.ts';
import type { PhoneCall } from '../phone/phone.ts';
import type { Ending, Party } from '../rehearsal/index.ts';
import type { LiveStage } from './stage.ts';

/** How a call ended, as its caller's telephone knows it; and the rest by the record of the call, where there is one. */
export function endingOf(stage: LiveStage, record: CallRecord | undefined): Ending {
  const { main } = stage;
  if (main === undefined) throw new Error('no call was made');
  const met = whomCallerHeard(stage, main);
  const lasted = stage.switchboard.clock.now() - stage.chronicle.startedAt;
  if (record === undefined)
    return { talkedWith: met, lasted: lastedUntilEnd(main) ?? lasted, ...fromOutside(main, met) };
  return {
    talkedWith: met,
    result: record.termination.result,
    by: record.termination.by,
    language: record.language,
    returns: record.returns,
    through: nodesOf(record),
    lasted: record.duration,
    record,
  };
}

export const nodesOf = ({ steps }: CallRecord): readonly string[] =>
  steps.flatMap(step => (step.kind === 'entered' && typeof step.node === 'string' ? [step.node] : []));

/** Those whom the caller heard, by their tones, each once, in their order. */
function whomCallerHeard(stage: LiveStage, { ear }: PhoneCall): readonly Party[] {
  const found = new Set<Party>();
  for (const { what, from, until } of ear.timeline) {
    const who =
      until - from < surely ? undefined : stage.cast.extensions.find(each => what === ofTones([stage.toneOf(each)]));
    if (who !== undefined) found.add(who);
  }
  return [...found];
}

/** Milliseconds: a voice may sound like a tone for a moment. */
const surely: Duration = 100;

function lastedUntilEnd({ ear }: PhoneCall): Duration | undefined {
  const { firstPacket, lastPacket } = ear;
  return firstPacket === undefined || lastPacket === undefined ? undefined : lastPacket - firstPacket;
}

function fromOutside({ state, ear }: PhoneCall, met: readonly Party[]): { readonly result?: TerminationResult } {
  if (state.kind !== 'ended') return {};
  const { by, status } = state.end;
  if (met.length > 0) return { result: 'completed' };
  if (by === 'us') return { result: 'abandoned' };
  if (by === 'network') return {};
  return { result: status === undefined && ear.packets > 0 ? 'goodbye' : 'refused' };
}

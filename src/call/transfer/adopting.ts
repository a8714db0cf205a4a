import { type AdoptingPhase, guards, musicOnHold } from '../call.ts';
import { go } from '../flow/go.ts';
import { endWithoutParty } from '../flow/partyGone.ts';
import { refuse } from '../legs.ts';
import type { HandOver, Stimulus } from '../stimulus.ts';
import { connect, listen } from '../talking.ts';
import type { Turn } from '../turn.ts';
import { enterTransferring } from './begin.ts';
import { fallback } from './recalling.ts';
import { report } from './report.ts';
import { introduce } from './transferring.ts';

export function adopting(turn: Turn, phase: AdoptingPhase, stimulus: Stimulus): void {
  switch (stimulus.kind) {
    case 'handedOver':
      if (stimulus.transferId === phase.transferId) handedOver(turn, phase, stimulus.what);
      return;
    case 'timerFired':
      return refused(turn, phase);
    case 'legHeld':
    case 'legResumed':
      if (phase.transferor.leg !== undefined) listen(turn, phase.party, phase.transferor.leg);
      return;
    case 'legEnded':
      if (stimulus.leg === phase.party) {
        refuse(turn, phase.transferId, 481, 'Call Does Not Exist');
        return endWithoutParty(turn, stimulus.by);
      }
      if (stimulus.leg === phase.transferor.leg) {
        turn.stay({ ...phase, transferor: { ...phase.transferor, leg: undefined } });
        turn.hear(phase.party, musicOnHold);
      }
      return;
    default:
      return;
  }
}

function handedOver(turn: Turn, phase: AdoptingPhase, what: HandOver): void {
  const { party, transferor, transferId, as } = phase;
  if (what.kind === 'refused') return refused(turn, phase);
  turn.effect({ kind: 'acceptTransfer', transferId });
  const target = what.kind === 'leg' ? what.leg.who.number : what.route.to.name;
  const how = what.kind === 'leg' && what.leg.state !== 'answered' ? 'semiAttended' : 'attended';
  turn.notify({ kind: 'transferStarted', transferId, how, transferor: transferor.who.number, target });
  if (what.kind === 'leg') {
    turn.setLeg({ ...what.leg, id: as, hears: { kind: 'nothing' } });
    if (how === 'semiAttended') {
      return enterTransferring(turn, party, transferor, { transferId, how, number: target, target: as });
    }
  }
  report(turn, transferor, transferId, 200, 'OK');
  turn.notify({ kind: 'transferCompleted', transferId, target });
  if (transferor.leg !== undefined) turn.release(transferor.leg, guards.leave);
  if (what.kind === 'route') return go(turn, what.route, { party });
  connect(turn, party, as);
  introduce(turn, party, as);
}

/** The dialog that Replaces named is gone, or in no state to be taken over: nothing has changed for anybody. */
function refused(turn: Turn, { party, transferor, transferId }: AdoptingPhase): void {
  refuse(turn, transferId, 481, 'Call Does Not Exist');
  if (transferor.leg === undefined) return fallback(turn, party);
  connect(turn, party, transferor.leg);
  turn.mayHangUp(transferor.leg, { transferId, number: '', reason: 'unreachable' });
}

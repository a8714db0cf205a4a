import { type AnnouncingPhase, guards, type LegId } from '../call.ts';
import type { Stimulus } from '../stimulus.ts';
import type { Turn } from '../turn.ts';
import { entry, go } from './go.ts';
import { partyGone } from './partyGone.ts';

/** Speaks prompts to the party, which is answered first; gives the id of the play. */
export function say(turn: Turn, party: LegId, names: readonly string[]): number {
  turn.answer(party);
  const playId = turn.nextPlayId();
  turn.hear(party, { kind: 'prompts', names, language: turn.call.language, playId });
  return playId;
}

export function enterAnnouncement(turn: Turn, name: string, party: LegId): void {
  const announcement = entry(turn.plan.announcements, name);
  const playId = say(turn, party, [announcement.say]);
  turn.enter({ kind: 'announcing', party, playId, then: announcement.then });
  turn.setTimer('prompt', guards.prompt, 'the prompt does not end');
}

export function enterGoodbye(turn: Turn, prompt: string, party: LegId): void {
  const playId = say(turn, party, [prompt]);
  turn.enter({ kind: 'announcing', party, playId, then: undefined });
  turn.setTimer('prompt', guards.prompt, 'the prompt does not end');
}

export function announcing(turn: Turn, phase: AnnouncingPhase, stimulus: Stimulus): void {
  switch (stimulus.kind) {
    case 'playFinished':
      if (stimulus.playId === phase.playId) spoken(turn, phase);
      return;
    case 'timerFired':
      return spoken(turn, phase);
    case 'legEnded':
      return partyGone(turn, phase.party, stimulus);
    default:
      return;
  }
}

function spoken(turn: Turn, phase: AnnouncingPhase): void {
  if (phase.then !== undefined) go(turn, phase.then, { party: phase.party });
  else turn.end({ result: 'goodbye', reason: 'a goodbye was spoken', by: 'system' });
}

import { isDeepStrictEqual } from 'node:util';
import type { Call } from '../../src/call/call.ts';
import type { Observed, World } from '../support/world.ts';

/** Cheap enough to be asked a dozen times a step, a million steps a run. */
function holds(condition: boolean, broken: () => string): void {
  if (!condition) throw new Error(broken());
}

/**
 * The promises of transfers (R0 to R10) as far as one step of call control can show them. Each throws with the words
 * of the promise that was broken.
 */
export function keepsPromises(observed: Observed): void {
  const { before, result } = observed;
  const { call, effects } = result;
  endsWell(observed);
  hearsSomething(call);
  bridgesAreMutual(call);
  nobodyIsLeftBehind(call);
  returnsAreBounded(call);
  unknownTargetTouchesNobody(observed);
  failedTransferComesBack(observed);
  recallNotTakenFallsBack(observed);
  lateGoodbyeIsNoGoodbye(observed);
  if (call.phase.kind !== 'ended') {
    holds(Object.keys(call.timers).length > 0, () => `R3: ${call.phase.kind} has no timer`);
    return;
  }
  holds(Object.keys(call.legs).length === 0, () => 'R8: an ended call keeps a leg');
  holds(Object.keys(call.timers).length === 0, () => 'an ended call keeps a timer');
  const finishes = effects.filter(({ kind }) => kind === 'finish').length;
  holds(finishes === (before?.phase.kind === 'ended' ? 0 : 1), () => `a call finishes ${finishes} times`);
}

/** R0: with a person, after a goodbye, in another call, or because somebody hung up. */
function endsWell({ stimulus, before, result }: Observed): void {
  const { phase } = result.call;
  if (phase.kind !== 'ended' || before?.phase.kind === 'ended') return;
  const { termination } = phase;
  const broken = (): string =>
    `R0: ${before?.phase.kind} --${stimulus.kind}--> ended ${JSON.stringify(termination)}: ${JSON.stringify(before)}`;
  switch (termination.result) {
    case 'goodbye':
      return holds(before?.phase.kind === 'announcing', broken);
    case 'refused':
      // Only one who was never answered, and is told by the status.
      return holds(before === undefined || before.legs.caller?.state === 'offered', broken);
    case 'abandoned':
    case 'completed':
      return holds(stimulus.kind === 'legEnded' && before !== undefined && byRight(before, stimulus.leg), broken);
    case 'transferred':
      return holds(stimulus.kind === 'legRequested', broken);
    case 'failed':
      return holds(stimulus.kind === 'stopRequested' || lostAlone(before, stimulus), broken);
  }
}

/** Nobody from outside was left behind by a leg that was lost. */
function lostAlone(before: Call | undefined, stimulus: Observed['stimulus']): boolean {
  if (stimulus.kind !== 'legEnded' || stimulus.by === 'remote' || before === undefined) return false;
  const { phase, legs } = before;
  if (phase.kind !== 'talking') return 'party' in phase && stimulus.leg === phase.party;
  const rest = stimulus.leg === phase.party ? phase.peer : phase.party;
  return legs[rest]?.who.extension !== undefined;
}

/** The one who hung up was the party itself, or its partner in a conversation that held nobody. */
function byRight({ phase, legs, returned }: Call, leg: string): boolean {
  if (!('party' in phase)) return false;
  if (leg === phase.party) return true;
  if (phase.kind !== 'talking' || leg !== phase.peer || returned[leg] !== undefined) return false;
  return legs[phase.party]?.who.extension !== undefined || legs[leg]?.held === false;
}

/** R10: whoever has been answered and listens hears something. */
function hearsSomething(call: Call): void {
  for (const leg of Object.values(call.legs)) {
    const deaf = leg.state === 'answered' && !leg.held && leg.hears.kind === 'nothing';
    holds(!deaf, () => `R10: ${leg.id} in phase ${JSON.stringify(call.phase)} hears nothing`);
  }
  const { phase } = call;
  if ('party' in phase)
    holds(call.legs[phase.party] !== undefined, () => `R0: the party of ${phase.kind} is not there`);
}

function bridgesAreMutual(call: Call): void {
  for (const leg of Object.values(call.legs)) {
    const { hears } = leg;
    if (hears.kind !== 'party') continue;
    const other = call.legs[hears.leg];
    const mutual = other?.hears.kind === 'party' && other.hears.leg === leg.id;
    holds(mutual, () => `${leg.id} hears ${hears.leg}, who does not hear it`);
    // Early media: what rings is heard by one who was answered, or was told our description before.
    const mayHear = leg.state === 'answered' || leg.state === 'ringing' || leg.early === true;
    holds(
      mayHear && (leg.state !== 'ringing' || other?.state !== 'ringing'),
      () => `${leg.id} is bridged and ${leg.state}`,
    );
  }
}

/** R8: what is not on its way out belongs to the phase, which knows when it ends. */
function nobodyIsLeftBehind({ phase, legs }: Call): void {
  const named = new Set<unknown>();
  for (const value of Object.values(phase)) {
    for (const one of Array.isArray(value) ? value : [value]) named.add(one?.leg ?? one);
  }
  for (const { id, state } of Object.values(legs)) {
    const leaves = state === 'leaving' || state === 'cancelling';
    holds(leaves || named.has(id), () => `R8: ${id} is ${state}, and ${JSON.stringify(phase)} does not have it`);
  }
}

function returnsAreBounded(call: Call): void {
  const limited = call.phase.kind === 'transferring' || call.phase.kind === 'recalling';
  holds((call.timers.adrift !== undefined) === limited, () => `R7: the total limit in ${call.phase.kind}`);
  holds(call.returns <= 2, () => `R7: ${call.returns} returns`);
}

function unknownTargetTouchesNobody({ stimulus, before, result }: Observed): void {
  if (stimulus.kind !== 'transferRequested' || stimulus.target !== 'nobody' || before === undefined) return;
  holds(isDeepStrictEqual(untouched(result.call), untouched(before)), () => 'R1: an unknown target changed the call');
  const kinds = result.effects.map(({ kind }) => kind).join();
  holds(kinds === 'refuseTransfer', () => `R1: an unknown target had the effects ${kinds}`);
}

/** All but the note that the transferor's phone may hang up by itself now, or hold the caller on (R4). */
function untouched({ timers: all, returned: _, ...call }: Call): unknown {
  const timers = Object.fromEntries(Object.entries(all).filter(([name]) => !/^(?:returned|resume):/.test(name)));
  return { ...call, timers };
}

/** R4, R5, R7: a transfer that failed leads back to the operator, by joining or by recall, or to the fallback. */
function failedTransferComesBack({ before, result: { call, effects } }: Observed): void {
  if (before?.phase.kind !== 'transferring') return;
  if (!effects.some(effect => effect.kind === 'notify' && effect.event.kind === 'transferFailed')) return;
  const { transferor } = before.phase;
  const { phase } = call;
  const broken = (): string =>
    `R4/R5: after a failed transfer: ${JSON.stringify(phase)}, before: ${JSON.stringify(before)}`;
  if (transferor.leg !== undefined && before.legs[transferor.leg] !== undefined) {
    return holds(phase.kind === 'talking' && [phase.party, phase.peer].includes(transferor.leg), broken);
  }
  if (phase.kind === 'queued') return holds(before.returns === 2 || adrift(before, call), broken);
  holds(phase.kind === 'recalling' && phase.operator === transferor.who.extension, broken);
  const rung = effects.find(({ kind }) => kind === 'dial');
  const shown = rung?.kind === 'dial' ? rung.shown : undefined;
  holds(shown?.alert === 'recall' && shown.display?.startsWith('R: ') === true && shown.reason !== undefined, broken);
}

const adrift = (before: Call, { timers }: Call): boolean =>
  before.timers.adrift !== undefined && timers.adrift === undefined;

/** R6 */
function recallNotTakenFallsBack({ before, result: { call, effects } }: Observed): void {
  if (before?.phase.kind !== 'recalling' || call.phase.kind === 'recalling') return;
  if (!effects.some(effect => effect.kind === 'notify' && effect.event.kind === 'recallFailed')) return;
  const joined = effects.find(({ kind }) => kind === 'joinQueue');
  holds(
    joined?.kind === 'joinQueue' && joined.front,
    () => `R6: not at the front of the queue: ${JSON.stringify(call.phase)}`,
  );
}

/** R2: the BYE of a transferor that was sent before the failure was heard of does not take the caller along. */
function lateGoodbyeIsNoGoodbye({ stimulus, before, now, result: { call } }: Observed): void {
  if (stimulus.kind !== 'legEnded' || before?.phase.kind !== 'talking') return;
  const leaving = before.legs[stimulus.leg]?.who.extension;
  const failure = before.trail.findLastIndex(entry => entry.kind === 'event' && entry.event.kind === 'transferFailed');
  const since = before.trail.slice(failure);
  const [first] = since;
  if (failure < 0 || first === undefined || leaving === undefined) return;
  const started = before.trail.findLast(entry => entry.kind === 'event' && entry.event.kind === 'transferStarted');
  if (started?.kind !== 'event' || started.event.kind !== 'transferStarted') return;
  if (started.event.transferor !== leaving) return;
  // A user with two phones, who talks to himself: nobody knows by the trail which of them has transferred.
  if (Object.values(before.legs).filter(({ who }) => who.extension === leaving).length > 1) return;
  const quiet = since.every(({ kind }) => kind === 'event' || kind === 'held');
  if (!quiet || now - first.time >= 10_000) return;
  holds(call.phase.kind !== 'ended', () => `R0/R2: the caller went with the transferor: ${JSON.stringify(before)}`);
}

/** What is written down and read again is the same call. */
export function serialises(call: Call): void {
  const again: unknown = JSON.parse(JSON.stringify(call));
  const same = isDeepStrictEqual(again, JSON.parse(JSON.stringify(structuredClone(call))));
  holds(same && isDeepStrictEqual(withoutUndefined(call), again), () => `not serialisable: ${JSON.stringify(call)}`);
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [[key, withoutUndefined(item)]])),
  );
}

/** At the end of a schedule: nobody rings or listens to a call that is over, and every transfer was concluded. */
export function nobodyIsStranded(world: World): void {
  for (const phone of world.alive()) {
    const over = world.call(phone.callId).phase.kind === 'ended';
    holds(
      !over || phone.state === 'cancelled',
      () => `R8: ${phone.leg} of ${phone.callId} is ${phone.state} in a call that is over`,
    );
  }
  for (const { extension, state } of Object.values(world.acd.agents)) {
    const over = state.kind === 'reserved' && world.call(state.callId).phase.kind !== 'queued';
    holds(!over, () => `agent ${extension} is reserved for a call that does not wait`);
  }
  for (const [id, { callId, final }] of world.transfers) {
    const open = world.call(callId).phase.kind === 'ended' && final === undefined;
    holds(!open, () => `R2: transfer ${id} got no final answer`);
  }
}

/** Calls played in virtual time through the `step` of live calls: what a caller will meet, before any caller does. */

export { type Cover, type Coverage, cover, coverageOf } from './cover/cover.ts';
export { type KnownLength, promptLengths, spokenLength } from './promptLengths.ts';
export { findingsOfProof, proofFindings } from './proof/findings.ts';
export type { Verdict } from './proof/judge.ts';
export { type CounterExample, type Proof, type ProofOptions, prove } from './proof/prove.ts';
export { type Regime, regimesOf } from './proof/regimes.ts';
export { type Press, parsePress } from './simulator/act.ts';
export { type Behaviour, type BehaviourOf, parseBehaviour, usualAnswer } from './simulator/behaviour.ts';
export { overridesAt, parseOverrides } from './simulator/hands.ts';
export { Interactive, interactiveHelp } from './simulator/interactive.ts';
export { callerOf, dialledBy, type Scenario, type Simulation, showsText, simulate } from './simulator/simulate.ts';
export { type Ending, endFailures, inOrder, unknownOf } from './stories/ending.ts';
export type { StoryStep } from './stories/grammar.ts';
export { inspectStory, sounds } from './stories/inspect.ts';
export { drawPage, pageOf, type Told } from './stories/page.ts';
export { playStory, type StepOutcome, type StoryFailure, type StoryOutcome } from './stories/play.ts';
export { RingOrder } from './stories/ringOrder.ts';
export { showStep } from './stories/showStep.ts';
export { loadStories, parseStories, type Story, type StoryFile } from './stories/story.ts';
export { type Moment, outsider, type Party, type Timeline } from './timeline/moment.ts';
export { headOf, linesOf } from './timeline/page.ts';
export { instantOf, showDay, showWall } from './timeline/wallClock.ts';

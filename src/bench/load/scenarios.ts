import type { Duration } from '../../base/clock.ts';
import type { Scenario } from '../messages.ts';
import { extension, operator, silent } from '../office.ts';
import type { Scene, Stage } from './stage.ts';

/** Of the story of a call, in milliseconds: after how long each person does the next thing. */
const listensBriefly = 300;
const ringsFor = 100;
const talks = 2_000;
const operatorTalks = 300;
/** How long the target of a transfer rings, as the dialplan of this scenario has it. */
export const transferRings = 1_000;

/** A caller who is answered, presses a key over the greeting, talks to whoever picks up, and hangs up. */
const switchboardCall = async (scene: Scene, listens: Duration): Promise<void> => {
  const { stage, caller } = scene;
  const stream = await scene.answered();
  stage.measure('INVITE → first 18x or 200', (caller.progressed.at ?? 0) - caller.began);
  const answeredAt = caller.settled.at ?? 0;
  stage.measure('INVITE → 200', answeredAt - caller.began);
  stage.measure('200 → first RTP', (await stage.soon('RTP of the greeting', stream.heardFirst)) - answeredAt);
  await stage.pause(listens);
  const { phone, pressed } = await scene.choose(stream, extension.key);
  stage.measure('key → INVITE at the extension', phone.began - pressed);
  phone.ring();
  await stage.pause(ringsFor);
  const answer = await scene.pickUp(phone);
  await stage.pause(talks);
  if (stream.heard === 0) throw new Error('the caller did not hear the extension');
  if (answer.heard === 0) throw new Error('the extension did not hear the caller');
  await scene.hangUp(phone);
};

/** A caller who is connected, and talks until it is over for everybody. */
const bridgedCall = async (scene: Scene, over: Promise<void>, refreshes?: Duration): Promise<void> => {
  const stream = await scene.answered();
  await scene.stage.pause(listensBriefly);
  const { phone } = await scene.choose(stream, extension.key);
  phone.ring();
  await scene.pickUp(phone);
  if (refreshes !== undefined) await refreshing(scene, over, refreshes);
  await over;
  const { stage, caller } = scene;
  const began = stage.clock.now();
  await scene.hangUp(phone);
  stage.measure('BYE → 200', (caller.over.at ?? Number.NaN) - began);
};

/** Until it is over: a re-INVITE, and a pause, whose first length differs from call to call. */
async function refreshing({ stage, caller, callerSocket }: Scene, over: Promise<void>, every: Duration): Promise<void> {
  let done = false;
  void over.then(() => {
    done = true;
  });
  await stage.pause(Math.random() * every);
  while (!done) {
    const began = stage.clock.now();
    const answered = await stage.soon('answer to a re-INVITE', caller.refresh(callerSocket.port));
    if (stage.counting) stage.measure('re-INVITE → 200', answered - began);
    await Promise.race([stage.pause(every), over]);
  }
}

/** A caller whom an operator transfers to somebody who does not answer. */
const recalledCall = async (scene: Scene): Promise<void> => {
  const { stage } = scene;
  const stream = await scene.answered();
  await stage.pause(listensBriefly);
  const { phone: desk } = await scene.choose(stream, operator.key);
  desk.ring();
  await scene.pickUp(desk);
  await stage.pause(operatorTalks);
  desk.refer(silent.number);
  const target = await scene.rings('INVITE at the target');
  target.ring();
  desk.hangUp();
  const cancelled = await stage.soon('CANCEL at the target', target.cancelled.happened);
  stage.measure('ring timer → CANCEL', cancelled - target.began - transferRings);
  const ended = target.terminated();
  const recalled = await scene.rings('INVITE of the recall');
  stage.measure("target's 487 → operator's INVITE", recalled.began - ended);
  await scene.pickUp(recalled);
  await stage.pause(operatorTalks);
  await scene.hangUp(recalled);
};

/** New calls at an even rate; resolves when the last of them is over. */
async function atRate(stage: Stage, rate: number, seconds: number, story: (scene: Scene) => Promise<void>) {
  const start = stage.clock.now();
  const calls: Promise<void>[] = [];
  for (let call = 0; call < rate * seconds; call++) {
    const due = start + (call * 1000) / rate - stage.clock.now();
    if (due > 0) await stage.pause(due);
    calls.push(stage.play(story));
  }
  await Promise.all(calls);
}

/** Two streams for each call, through a relay that knows nothing of calls. */
async function relayed(stage: Stage, ports: readonly (readonly [number, number])[], seconds: number): Promise<void> {
  stage.counting = false;
  const streams = ports.flatMap(([left, right]) => [
    { side: 'caller', stream: stage.stream('caller', stage.socket('caller'), left) } as const,
    { side: 'phone', stream: stage.stream('phone', stage.socket('phone'), right) } as const,
  ]);
  await stage.pause(settling);
  stage.counting = true;
  await stage.pause(seconds * 1000);
  for (const { side, stream } of streams) stage.endStream(side, stream);
}

/** Calls a second while the bridged ones are set up, and the time that they are given to come to rest. */
const setUpRate = 25;
const settling = 2_000;

/** How long after its start a scenario of calls at once is in its steady state. Milliseconds. */
export const settledAfter = (calls: number): number => (calls / setUpRate) * 1000 + settling;

async function bridged(stage: Stage, calls: number, seconds: number, refreshes?: Duration): Promise<void> {
  stage.counting = false;
  const steady = stage.pause(settledAfter(calls)).then(() => {
    stage.counting = true;
  });
  const over = steady.then(() => stage.pause(seconds * 1000));
  await atRate(stage, setUpRate, calls / setUpRate, scene => bridgedCall(scene, over, refreshes));
}

export async function run(stage: Stage, scenario: Scenario): Promise<void> {
  switch (scenario.kind) {
    case 'switchboard':
      return atRate(stage, scenario.rate, scenario.seconds, scene =>
        switchboardCall(scene, scenario.listens ?? listensBriefly),
      );
    case 'recall':
      return atRate(stage, scenario.rate, scenario.seconds, recalledCall);
    case 'bridged':
      return bridged(stage, scenario.calls, scenario.seconds, scenario.refreshes);
    case 'relayed':
      return relayed(stage, scenario.ports, scenario.seconds);
  }
}

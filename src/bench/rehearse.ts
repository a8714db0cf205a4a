/** Plays stories in virtual time, as many as it can: what a core does in a second. */
import { systemClock } from '../base/clock.ts';
import { callerLeg } from '../call/step.ts';
import { compileDialplan } from '../dialplan/index.ts';
import { parseStories, playStory, promptLengths } from '../rehearsal/index.ts';
import type { Phone } from '../rehearsal/world/phone.ts';
import { World } from '../rehearsal/world/world.ts';
import { answerParent } from './child.ts';
import { company, stories } from './mainStory.ts';
import type { Rehearsed, ToRehearse } from './messages.ts';

const compiled = compileDialplan(company, 'company.yaml');
const parsed = parseStories(stories, 'company.story.yaml');
if (!compiled.ok || !parsed.ok) throw new Error('the company of the bench is not right');
const { plan } = compiled.value;
const lengthOf = promptLengths(plan);

/** The last story's call control alone: the phones are played by hand, nothing is expected and nothing told. */
function playBare(): string | undefined {
  const world = new World(plan, { startsAt: Date.UTC(2026, 10, 23, 9), lengthOf });
  const id = world.arrive('+3612345678', { number: '+36301111111', display: 'Anna', extension: undefined });
  const phone = (extension: string): Phone => {
    const found = world.phone(id, extension);
    if (found === undefined) throw new Error(`${extension} does not ring`);
    world.ring(found);
    return found;
  };
  const transfer = (operator: Phone, to: string): Phone => {
    world.refer(operator, to);
    const target = phone(to);
    world.clock.advance(300);
    world.hangUp(operator);
    return target;
  };
  const answered = (extension: string): Phone => {
    const found = phone(extension);
    world.clock.advance(4_000);
    world.answer(found);
    return found;
  };
  world.clock.advance(3_000);
  const caller = world.phoneOf(id, callerLeg);
  if (caller === undefined) throw new Error('the caller is gone');
  world.press(caller, '0');
  const operator = answered('10');
  world.clock.advance(10_000);
  const silent = transfer(operator, '103');
  while (silent.state !== 'cancelled' && world.clock.step());
  world.fail(silent, 'cancelled');
  const again = answered('10');
  world.clock.advance(5_000);
  const target = transfer(again, '102');
  world.clock.advance(3_000);
  world.answer(target);
  world.clock.advance(60_000);
  world.hangUp(caller);
  const { phase, returns } = world.call(id);
  return phase.kind === 'ended' && returns === 1 ? undefined : 'it does not come as it should';
}

const plays: readonly { readonly name: string; play(): string | undefined }[] = [
  ...parsed.value.stories.map(story => ({
    name: story.name,
    play: () => playStory(plan, story).failures[0]?.message,
  })),
  { name: 'The same call, by call control in virtual time alone: without timeline and expectations', play: playBare },
];

/** Calls between two looks at the clock. */
const batch = 100;

async function play({ story: index, milliseconds }: Extract<ToRehearse, { kind: 'play' }>): Promise<Rehearsed> {
  const story = plays[index];
  if (story === undefined) return { name: undefined, calls: 0, took: 0, cpu: 0 };
  const began = systemClock.now();
  const before = process.cpuUsage();
  let calls = 0;
  for (; systemClock.now() - began < milliseconds; calls += batch) {
    for (let count = 0; count < batch; count++) {
      const failure = story.play();
      if (failure !== undefined) throw new Error(`${story.name}: ${failure}`);
    }
  }
  const { user, system } = process.cpuUsage(before);
  return { name: story.name, calls, took: systemClock.now() - began, cpu: (user + system) / 1000 };
}

answerParent<ToRehearse>(async question => (question.kind === 'play' ? play(question) : undefined));

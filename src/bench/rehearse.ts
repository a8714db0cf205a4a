/** Plays stories in virtual time, as many as it can: what a core does in a second. */
import { systemClock } from '../base/clock.ts';
import { compileDialplan } from '../dialplan/index.ts';
import { parseStories, playStory } from '../rehearsal/index.ts';
import { answerParent } from './child.ts';
import { company, stories } from './mainStory.ts';
import type { Rehearsed, ToRehearse } from './messages.ts';

const compiled = compileDialplan(company, 'company.yaml');
const parsed = parseStories(stories, 'company.story.yaml');
if (!compiled.ok || !parsed.ok) throw new Error('the company of the bench is not right');
const { plan } = compiled.value;
const told = parsed.value.stories;

/** Calls between two looks at the clock. */
const batch = 100;

async function play({ story: index, milliseconds }: Extract<ToRehearse, { kind: 'play' }>): Promise<Rehearsed> {
  const story = told[index];
  if (story === undefined) return { name: undefined, calls: 0, took: 0, cpu: 0 };
  const began = systemClock.now();
  const before = process.cpuUsage();
  let calls = 0;
  for (; systemClock.now() - began < milliseconds; calls += batch) {
    for (let count = 0; count < batch; count++) {
      const [failure] = playStory(plan, story).failures;
      if (failure !== undefined) throw new Error(`${story.name}: ${failure.message}`);
    }
  }
  const { user, system } = process.cpuUsage(before);
  return { name: story.name, calls, took: systemClock.now() - began, cpu: (user + system) / 1000 };
}

answerParent<ToRehearse>(async question => (question.kind === 'play' ? play(question) : undefined));

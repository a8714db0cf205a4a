import type { Position } from '../../base/position.ts';
import { closest } from '../../base/yaml/closest.ts';
import type { Diagnostic } from '../../base/yaml/diagnostic.ts';
import type { Dialplan } from '../../dialplan/plan.ts';
import { objectionToOverride } from '../simulator/hands.ts';
import { outsider } from '../timeline/moment.ts';
import { instantOf } from '../timeline/wallClock.ts';
import type { PlacedStep, Story } from './story.ts';

/** What can be heard that is neither a prompt nor a person. */
export const sounds: ReadonlySet<string> = new Set(['silence', 'ringback', 'music', 'confirm', 'error', 'returned']);

/** What a story names that its dialplan does not have, and a time that no clock shows. */
export function inspectStory(plan: Dialplan, story: Story): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const refuse = (code: string, message: string, at: Position, remedy?: string): void => {
    found.push({ severity: 'error', code, message, at, ...(remedy === undefined ? {} : { remedy }) });
  };
  if (instantOf(story.at, plan.company.timezone) === undefined) {
    const message = `${JSON.stringify(story.at)} is no time that the clock of ${plan.company.timezone} shows`;
    refuse('BAD_TIME', message, story.timePlace, 'write it as 2026-12-24T18:05');
  }
  const extensions = Object.keys(plan.extensions);
  const parties = new Set([outsider, ...extensions]);
  const person = (who: string, at: Position): void => {
    if (parties.has(who)) return;
    refuse('UNKNOWN_PARTY', `there is no extension ${who}`, at, guess(who, [...parties]));
  };
  for (const name of Object.keys(story.overrides)) {
    const objection = objectionToOverride(plan, name);
    if (objection === undefined) continue;
    refuse('UNKNOWN_CALENDAR', objection, story.place, guess(name, overridable(plan)));
  }
  for (const who of Object.keys(story.phones)) person(who, story.place);
  for (const who of story.ends?.talkedWith ?? []) person(who, story.ends?.place ?? story.place);
  for (const { step, place } of story.steps) {
    for (const who of partiesOf(step)) person(who, place);
    if ('hears' in step) {
      const { what } = step.hears;
      if (sounds.has(what) || parties.has(what) || Object.hasOwn(plan.prompts, what)) continue;
      refuse(
        'UNKNOWN_PROMPT',
        `there is no prompt ${what}`,
        place,
        guess(what, [...Object.keys(plan.prompts), ...sounds]),
      );
    }
  }
  return found;
}

const overridable = ({ calendars }: Dialplan): readonly string[] =>
  Object.values(calendars).flatMap(({ name, override }) => (override === undefined ? [] : [name]));

function partiesOf(step: PlacedStep['step']): readonly string[] {
  if ('hears' in step) return [step.hears.who];
  if ('rings' in step) return step.rings.who;
  if ('presses' in step) return [step.presses.who];
  if ('transfers' in step) return [step.transfers.who];
  if ('consults' in step) return [step.consults.who];
  if ('enters' in step || 'waits' in step) return [];
  return Object.values(step).flat();
}

function guess(word: string, known: readonly string[]): string | undefined {
  const near = closest(word, known);
  return near === undefined ? undefined : `did you mean ${near}?`;
}

import { routeForCaller } from '../callers.ts';
import type { Dialplan, Failover, Language, Route } from '../plan.ts';
import { type Act, actKey, type Meeting, meetingAt, nothingThere } from './meeting.ts';
import type { Both, Regime, Side } from './regimes.ts';

/** One thing that a caller meets in another way than before. */
export interface Difference {
  /** What leads there, in order; empty for what is met at once. */
  readonly acts: readonly Act[];
  /** In words: what the caller meets there. */
  readonly before: string;
  readonly after: string;
}

/** Where a caller is in one of the two dialplans; what they meet there is asked for once it is needed. */
interface Standing {
  meet(): Meeting;
  readonly language: Language;
  /** Where that is, whatever the language. */
  readonly place: string;
}

/**
 * Goes through both dialplans side by side, as a caller would who does the same in both: every place that can be
 * reached in either is compared, each pair once and by its shortest way. Where a caller meets something else
 * altogether, what follows it is not compared: it is all different. `caller` is the number that is shown. A `colleague` who calls an extension hears from
 * their telephone why it failed, where nothing else is said; everybody else goes where lost calls go.
 */
export function compare(
  plans: Both<Dialplan>,
  roots: Both<Route | undefined>,
  regime: Pick<Regime, 'isOpen'>,
  { caller, colleague }: { readonly caller: string; readonly colleague: boolean },
): readonly Difference[] {
  const stand = (side: Side, route: Route | undefined, language: Language, otherwise?: Route): Standing =>
    standingAt(plans[side], calendar => regime.isOpen(side, calendar), route, language, otherwise, caller);
  const start = (side: Side): Standing => {
    const standing = stand(side, roots[side], plans[side].company.languages[0]);
    const { to } = roots[side] ?? {};
    if (!colleague || to?.kind !== 'extension') return standing;
    const failover = plans[side].extensions[to.name]?.failover;
    return { ...standing, meet: () => withFailover(standing.meet(), failover) };
  };

  const differences: Difference[] = [];
  const seen = new Set<string>();
  // What differs in one language and in another as well is told once.
  const told = new Set<string>();
  const open: { readonly acts: readonly Act[]; readonly at: Both<Standing> }[] = [];
  const visit = (acts: readonly Act[], act: Act | undefined, at: Both<Standing>): void => {
    const spoken = `${at.before.place} ${at.after.place} ${at.before.language} ${at.after.language}`;
    if (seen.has(spoken)) return;
    seen.add(spoken);
    open.push({ acts: act === undefined ? acts : [...acts, act], at });
  };
  visit([], undefined, { before: start('before'), after: start('after') });
  for (const { acts, at } of open) {
    const pair = `${at.before.place} ${at.after.place}`;
    const { before, after } = { before: at.before.meet(), after: at.after.meet() };
    const tell = (aspect: string, was: string, is: string, by: readonly Act[] = acts): void => {
      if (told.has(`${pair} ${aspect}`)) return;
      told.add(`${pair} ${aspect}`);
      differences.push({ acts: by, before: was, after: is });
    };
    if (before.words !== after.words) tell('words', before.words, after.words);
    if (before.kind !== after.kind || (before.kind === 'extension' && before.words !== after.words)) continue;
    for (const [index, detail] of after.details.entries()) {
      const was = before.details[index];
      if (was !== undefined && was !== detail) tell(`detail ${index}`, was, detail);
    }
    const onwards = new Map(before.onwards.map(onward => [actKey(onward.act), onward]));
    for (const { act, route, otherwise } of after.onwards) {
      const was = onwards.get(actKey(act));
      onwards.delete(actKey(act));
      const next = stand('after', route, at.after.language, otherwise);
      if (was === undefined) tell(actKey(act), 'means nothing', next.meet().words, [...acts, act]);
      else {
        const before = stand('before', was.route, at.before.language, was.otherwise);
        visit(acts, act, { before, after: next });
      }
    }
    for (const { act, route, otherwise } of onwards.values()) {
      const was = stand('before', route, at.before.language, otherwise);
      tell(actKey(act), was.meet().words, 'means nothing', [...acts, act]);
    }
  }
  return differences;
}

/** What follows for a colleague who calls an extension itself: only what it says. */
const withFailover = (meeting: Meeting, failover: Failover | undefined): Meeting => ({
  ...meeting,
  onwards: meeting.onwards.map(onward =>
    onward.act.kind === 'fails' ? { ...onward, route: failover?.[onward.act.reason] } : onward,
  ),
});

const meetings = new WeakMap<Dialplan, Map<string, Meeting>>();

/** The same place is met from many numbers and in many regimes; a plan never changes. */
function once(plan: Dialplan, key: string, make: () => Meeting): Meeting {
  let known = meetings.get(plan);
  if (known === undefined) {
    known = new Map();
    meetings.set(plan, known);
  }
  const before = known.get(key);
  if (before !== undefined) return before;
  const made = make();
  known.set(key, made);
  return made;
}

/** More schedules than this, one leading to the next, are a circle, which no checked dialplan has. */
const longestChain = 64;

function standingAt(
  plan: Dialplan,
  isOpen: (calendar: string) => boolean,
  route: Route | undefined,
  language: Language,
  otherwise: Route | undefined,
  caller: string,
): Standing {
  let here = route;
  let spoken = language;
  for (let hops = 0; here !== undefined && hops < longestChain; hops++) {
    spoken = here.language ?? spoken;
    const { to } = here;
    if (to.kind === 'callers') {
      const choice = plan.callers?.[to.name];
      here = choice && routeForCaller(choice, caller);
      continue;
    }
    if (to.kind === 'extension') {
      const forward = plan.extensions[to.name]?.forward;
      if (forward !== undefined) {
        here = forward;
        continue;
      }
    }
    if (to.kind !== 'schedule') {
      const rest = to.kind === 'extension' ? otherwise : undefined;
      const after = rest === undefined ? '' : `/${rest.to.kind}:${rest.to.name}/${rest.language ?? ''}`;
      const place = `${to.kind}:${to.name}${after}`;
      const language = spoken;
      const meet = () =>
        once(plan, `${place} ${language}`, () => meetingAt(plan, to, language, rest ?? plan.transfer.recall.otherwise));
      return { meet, language, place };
    }
    const schedule = plan.schedules[to.name];
    here = schedule === undefined ? undefined : isOpen(schedule.calendar) ? schedule.open : schedule.closed;
  }
  return { meet: () => nothingThere, language: spoken, place: 'nothing' };
}

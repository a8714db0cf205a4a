import { stringify } from 'yaml';
import { statesOf } from '../../dialplan/override.ts';
import type { Dialplan } from '../../dialplan/plan.ts';
import { type Moment, outsider } from '../timeline/moment.ts';
import { showWall } from '../timeline/wallClock.ts';
import type { DerivedWay } from './derive.ts';

type WrittenStep = Readonly<Record<string, unknown>>;

/** The ways as a file of stories. */
export function writeStories(plan: Dialplan, ways: readonly DerivedWay[], dialplan: string): string {
  const agents = new Set(Object.values(plan.queues).flatMap(queue => queue.agents));
  const stories = ways.map(({ from, to, timeline, overrides, agentsRing }, index) => {
    const { moments, startedAt, timezone } = timeline;
    const rung = new Set(moments.flatMap(moment => (moment.kind === 'rung' ? [moment.who] : [])));
    // Elsewhere nobody is there to take a call out of a queue.
    const away = agentsRing ? [] : [...agents].filter(agent => !rung.has(agent));
    const ended = moments.findLast(moment => moment.kind === 'ended');
    const byHand = statesOf(overrides);
    return {
      name: `Way ${index + 1}: ${nameOf(moments)}${agentsRing ? ', where nobody answers' : ''}`,
      at: showWall(startedAt, timezone),
      from,
      to,
      ...(away.length > 0 ? { phones: Object.fromEntries(away.map(agent => [agent, 'unreachable'])) } : {}),
      ...(Object.keys(byHand).length > 0 ? { overrides: byHand } : {}),
      steps: stepsOf(moments),
      ...(ended?.kind === 'ended'
        ? { ends: { result: ended.termination.result, language: ended.record.language } }
        : {}),
    };
  });
  return stringify({ dialplan, stories }, { lineWidth: 110 });
}

function nameOf(moments: readonly Moment[]): string {
  const nodes = moments.flatMap(moment => (moment.kind === 'entered' ? [moment.node] : []));
  const name = [...new Set(nodes.slice(1))].join(', ');
  return name.length <= 180 ? name : `${name.slice(0, 179)}…`;
}

function stepsOf(moments: readonly Moment[]): readonly WrittenStep[] {
  const steps: WrittenStep[] = [];
  let pressed = '';
  const flush = (): void => {
    if (pressed !== '') steps.push({ presses: pressed });
    pressed = '';
  };
  for (const moment of moments) {
    if (moment.kind === 'pressed') {
      pressed += moment.digit;
      continue;
    }
    const step = stepOf(moment);
    if (step.length === 0) continue;
    flush();
    steps.push(...step);
  }
  flush();
  return steps;
}

function stepOf(moment: Moment): readonly WrittenStep[] {
  switch (moment.kind) {
    case 'entered':
      return [{ enters: moment.node }];
    case 'heard':
      return moment.prompts.map(({ name }) => ({
        hears: { what: name, ...(moment.who === outsider ? {} : { who: moment.who }), language: moment.language },
      }));
    case 'failed':
      if (moment.reason === 'declined') return [{ declines: moment.who }];
      return moment.reason === 'busy' || moment.reason === 'unreachable' ? [{ [moment.reason]: moment.who }] : [];
    default:
      return [];
  }
}

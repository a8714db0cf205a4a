import { assertNever } from '../../base/assertNever.ts';
import { own } from '../../base/own.ts';
import { routeForCaller } from '../../dialplan/callers.ts';
import { isOpenNow, overrideAt } from '../../dialplan/override.ts';
import type { Destination, Route } from '../../dialplan/plan.ts';
import type { LegId } from '../call.ts';
import type { Turn } from '../turn.ts';
import { enterAnnouncement, enterGoodbye } from './announcing.ts';
import { enterMenu } from './menu.ts';
import { enterQueue } from './queued.ts';
import { enterExtension, enterGroup } from './ringing.ts';

export interface Going {
  readonly party: LegId;
  /** For a node that does not say by itself what follows its failure. */
  readonly otherwise?: Route | undefined;
  /** A queue takes the party at its front (R6). */
  readonly front?: boolean;
}

/** More nodes than this in one step are a circle that a checked dialplan does not have. */
const longestChain = 64;

/** Takes a route: the party leaves where it was and enters the node. */
export function go(turn: Turn, route: Route, going: Going): void {
  turn.hops += 1;
  if (turn.hops > longestChain) {
    turn.end({ result: 'failed', reason: 'the dialplan goes round in a circle', by: 'system' });
    return;
  }
  if (route.language !== undefined) turn.set('language', route.language);
  const { kind, name } = route.to;
  turn.note({
    time: turn.now,
    kind: 'entered',
    node: `${kind}:${name}`,
    language: turn.call.language,
    position: route.at,
  });
  enterNode(turn, route.to, going);
}

function enterNode(turn: Turn, { kind, name }: Destination, going: Going): void {
  switch (kind) {
    case 'menu':
      return enterMenu(turn, name, going.party);
    case 'extension':
      return enterExtension(turn, name, going);
    case 'group':
      return enterGroup(turn, name, going);
    case 'queue':
      return enterQueue(turn, name, going);
    case 'announcement':
      return enterAnnouncement(turn, name, going.party);
    case 'goodbye':
      return enterGoodbye(turn, name, going.party);
    case 'schedule': {
      const schedule = entry(turn.plan.schedules, name);
      const calendar = entry(turn.plan.calendars, schedule.calendar);
      const open = isOpenNow(calendar, turn.plan.company.timezone, turn.shared.overrides, turn.now);
      const override = overrideAt(turn.shared.overrides, schedule.calendar, turn.now);
      if (override !== undefined) {
        const { state, by, since } = override;
        turn.note({ time: turn.now, kind: 'calendarOverridden', calendar: schedule.calendar, state, by, since });
      }
      return go(turn, open ? schedule.open : schedule.closed, going);
    }
    case 'callers': {
      const choice = entry(turn.plan.callers ?? {}, name);
      return go(turn, routeForCaller(choice, turn.known(going.party).who.number), going);
    }
    default:
      return assertNever(kind);
  }
}

/** A thing of the plan; a compiled dialplan has no dangling names. */
export function entry<T>(things: Readonly<Record<string, T>>, name: string): T {
  const thing = own(things, name);
  if (thing === undefined) throw new Error(`the dialplan has no "${name}"`);
  return thing;
}

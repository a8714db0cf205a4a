import type { Dialplan } from '../../../src/dialplan/plan.ts';
import { officePlan } from '../plan.ts';

/** Milliseconds. What a test waits for is short, and everything else so long that no slow machine ever sees its end. */
export interface Times {
  readonly extensionRings?: number;
  readonly groupRings?: number;
  readonly agentRings?: number;
  readonly agentRests?: number;
  readonly longestWait?: number;
  readonly noInput?: number;
  readonly interDigit?: number;
  readonly transferRings?: number;
  readonly recallRings?: number;
  readonly keyed?: number;
}

const patient = 15_000;

/** The office with these times. */
export function timedPlan(times: Times, change: Partial<Dialplan> = {}): Dialplan {
  const plan = officePlan(change);
  return {
    ...plan,
    extensions: mapped(plan.extensions, extension => ({ ...extension, ringFor: times.extensionRings ?? patient })),
    groups: mapped(plan.groups, group => ({ ...group, ringFor: times.groupRings ?? patient })),
    queues: mapped(plan.queues, queue => ({
      ...queue,
      ringFor: times.agentRings ?? patient,
      retryAfter: times.agentRests ?? patient,
      maxWait: times.longestWait ?? 4 * patient,
    })),
    menus: mapped(plan.menus, menu => ({
      ...menu,
      interDigit: times.interDigit ?? patient,
      noInput: { ...menu.noInput, after: times.noInput ?? patient },
    })),
    transfer: {
      ...plan.transfer,
      ringFor: times.transferRings ?? patient,
      recall: { ...plan.transfer.recall, ringFor: times.recallRings ?? patient },
    },
    features: { ...plan.features, interDigit: times.keyed ?? patient },
  };
}

const mapped = <T>(things: Readonly<Record<string, T>>, change: (thing: T) => T): Record<string, T> =>
  Object.fromEntries(Object.entries(things).map(([name, thing]) => [name, change(thing)]));

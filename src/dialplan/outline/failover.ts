import type { Path } from '../../base/yaml/document.ts';
import type { Draft } from '../grammar/dialplan.ts';
import { failureReasons } from '../grammar/sections.ts';
import type { FailureReason } from '../plan.ts';
import type { DraftRoute } from './route.ts';

type DraftFailover = NonNullable<Draft['defaults']>['failover'];

export interface WrittenRoute {
  readonly route: DraftRoute;
  readonly path: Path;
}

/** What is written for each failure of an extension: by itself, then by `defaults.failover`. */
export function failoverOf(draft: Draft, number: string): ReadonlyMap<FailureReason, WrittenRoute> {
  const own = { failover: draft.extensions?.[number]?.failover, path: ['extensions', number, 'failover'] };
  const common = { failover: draft.defaults?.failover, path: ['defaults', 'failover'] };
  const routes = new Map<FailureReason, WrittenRoute>();
  for (const reason of failureReasons) {
    const written = find(own.failover, reason, own.path) ?? find(common.failover, reason, common.path);
    if (written !== undefined) routes.set(reason, written);
  }
  return routes;
}

function find(failover: DraftFailover, reason: FailureReason, path: Path): WrittenRoute | undefined {
  if (failover === undefined) return undefined;
  if ('kind' in failover) return { route: failover, path };
  const own = failover[reason];
  if (own !== undefined) return { route: own, path: [...path, reason] };
  return failover.otherwise === undefined ? undefined : { route: failover.otherwise, path: [...path, 'otherwise'] };
}

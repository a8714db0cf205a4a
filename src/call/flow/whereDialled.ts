import type { Dialplan, Route } from '../../dialplan/plan.ts';
import type { Origin } from '../call.ts';

/**
 * Where a dialled number leads. A trunk brings numbers of ours and nothing else; our own extensions reach each other
 * and every number of ours. The longest prefix wins, an exact number before any prefix.
 */
export function whereDialled(plan: Dialplan, dialled: string, origin: Origin['kind']): Route | undefined {
  if (origin === 'extension') {
    const extension = Object.hasOwn(plan.extensions, dialled) ? plan.extensions[dialled] : undefined;
    if (extension !== undefined) return { to: { kind: 'extension', name: dialled }, at: extension.at };
  }
  let best: { readonly length: number; readonly route: Route } | undefined;
  for (const { match, route } of plan.numbers) {
    if (match.kind === 'exact') {
      if (match.number === dialled) return route;
    } else if (dialled.startsWith(match.prefix) && match.prefix.length > (best?.length ?? -1)) {
      best = { length: match.prefix.length, route };
    }
  }
  return best?.route;
}

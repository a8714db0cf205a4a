import type { Duration } from '../../base/clock.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { parseDuration } from '../../base/yaml/duration.ts';
import type { Observed, World } from '../world/world.ts';

/**
 * What the phones of an extension do when they are rung. `noAnswer`: they ring until they are told to stop. `talking`: the
 * extension is in a call that is not played, and busy where its dialplan allows one; rung all the same, it does not answer.
 */
export type Behaviour =
  | { readonly kind: 'answer'; readonly after: Duration }
  | { readonly kind: 'noAnswer' }
  | { readonly kind: 'talking' }
  | { readonly kind: 'busy' | 'declined' | 'unreachable'; readonly after: Duration };

export const usualAnswer = { kind: 'answer', after: 4_000 } as const satisfies Behaviour;

const kinds = ['answer', 'noAnswer', 'talking', 'busy', 'declined', 'unreachable'] as const;

/** `answer`, `answer:5s`, `noAnswer`, `talking`, `busy`, `declined:2s`, `unreachable`. The error is a line for who wrote it. */
export function parseBehaviour(text: string): Result<Behaviour, string> {
  const [kind = '', wait, ...more] = text.split(':');
  const known = kinds.find(each => each === kind);
  const after = wait === undefined ? undefined : parseDuration(wait);
  if (known === undefined || more.length > 0 || (wait !== undefined && after === undefined)) {
    return fail(`${JSON.stringify(text)} is none of ${kinds.join(', ')} (answer:5s to wait before it)`);
  }
  if (known === 'noAnswer' || known === 'talking') {
    return wait === undefined ? ok({ kind: known }) : fail(`${known} waits for nothing`);
  }
  return ok({ kind: known, after: after ?? (known === 'answer' ? usualAnswer.after : 0) });
}

export type BehaviourOf = (extension: string) => Behaviour;

/** A phone behind which nobody is registered takes no offers of a queue. */
export const reachableBy =
  (behaviourOf: BehaviourOf) =>
  (extension: string): boolean =>
    behaviourOf(extension).kind !== 'unreachable';

export const talksBy =
  (behaviourOf: BehaviourOf) =>
  (extension: string): boolean =>
    behaviourOf(extension).kind === 'talking';

/** Plays the phones that a step rang or told to stop, each by its behaviour. */
export function playPhones(world: World, { callId, result }: Observed, behaviourOf: BehaviourOf): void {
  for (const effect of result.effects) {
    if (effect.kind === 'dial') {
      const phone = world.phoneOf(callId, effect.leg);
      if (phone === undefined) continue;
      const behaviour = behaviourOf(effect.extension);
      const isRinging = (): boolean => phone.state === 'dialed' || phone.state === 'ringing';
      const ring = (): unknown => world.clock.after(0, () => phone.state === 'dialed' && world.ring(phone));
      if (behaviour.kind === 'noAnswer' || behaviour.kind === 'talking') {
        ring();
        continue;
      }
      const { kind, after } = behaviour;
      if (after > 0) ring();
      world.clock.after(after, () => {
        if (!isRinging()) return;
        if (kind === 'answer') world.answer(phone);
        else world.fail(phone, kind);
      });
    } else if (effect.kind === 'cancel') {
      const phone = world.phoneOf(callId, effect.leg);
      if (phone !== undefined)
        world.clock.after(0, () => phone.state === 'cancelled' && world.fail(phone, 'cancelled'));
    }
  }
}

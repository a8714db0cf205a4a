/**
 * The bindings of a process that has died, as those of this one. What was written down is believed in nothing: it may be
 * old, the clock may have been set, the dialplan may be another one, and somebody may have edited it.
 */
import { isIP } from 'node:net';
import type { Instant } from '../../base/clock.ts';
import { parseUri } from '../text/grammar.ts';
import { type Binding, type Bindings, isSamePhone, type RegistrarLimits } from './bindings.ts';
import { asContact } from './contacts.ts';
import { isNextHop, withoutConnection } from './nextHop.ts';
import { firstHop, isPathUri, noPath } from './path.ts';
import type { SavedBinding } from './store.ts';

export interface Circumstances {
  readonly now: Instant;
  readonly limits: RegistrarLimits;
  /** Whether connections of phones are still there: they are where they end in a server that has not died. */
  readonly connectionsLast: boolean;
  extensionExists(extension: string): boolean;
}

/** By extension, none of them without a binding. */
export const restore = (
  saved: readonly SavedBinding[],
  circumstances: Circumstances,
): ReadonlyMap<string, Bindings> => {
  const restored = new Map<string, Binding[]>();
  for (const one of saved) {
    const binding = circumstances.extensionExists(one.extension) ? restoreOne(one, circumstances) : undefined;
    if (binding === undefined) continue;
    const bindings = restored.get(one.extension) ?? [];
    if (bindings.length >= Math.max(circumstances.limits.maxContacts, 1)) continue;
    if (bindings.some(other => isSamePhone(other, binding))) continue;
    restored.set(one.extension, [...bindings, binding]);
  }
  return restored;
};

const restoreOne = (
  { extension: _, ...saved }: SavedBinding,
  { now, limits, connectionsLast }: Circumstances,
): Binding | undefined => {
  // A clock that was set back would make it live for ever: no registration lasts longer than one made now.
  const expiresAt = Math.min(saved.expiresAt, now + limits.maxExpires * 1000);
  if (!(expiresAt > now)) return undefined;
  const parsed = parseUri(saved.contact);
  const contact = parsed.ok ? asContact(parsed.value) : undefined;
  if (contact === undefined) return undefined;
  const { nextHop, instance, regId, socket, path = noPath } = saved;
  const local = isIP(saved.local ?? '') === 0 ? undefined : saved.local;
  if (nextHop !== undefined && !isNextHop(nextHop)) return undefined;
  if (!path.every(isPathUri)) return undefined;
  const way = connectionsLast ? { nextHop } : withoutConnection(firstHop(path, contact.uri), nextHop);
  return way === undefined
    ? undefined
    : { ...saved, ...contact, ...way, local, instance, regId, socket, path, expiresAt };
};

/** As it is written down: the order within an extension is that of its bindings. */
export const save = (extension: string, bindings: Bindings): readonly SavedBinding[] =>
  bindings.map(({ uri: _, path, ...binding }) => ({ extension, ...binding, ...(path.length === 0 ? {} : { path }) }));

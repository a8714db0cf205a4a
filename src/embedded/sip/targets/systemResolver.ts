import { promises as dns } from 'node:dns';
import type { Clock, Duration, Instant } from '../../../base/clock.ts';
import type { Resolver, ServiceRecord } from '../stack.ts';

/** Milliseconds. An answer serves the calls of half a minute; that a name is unknown is believed for less. */
const remembered: Duration = 30_000;
const rememberedNone: Duration = 5_000;
const rememberedNames = 10_000;

/** Says that a name, or a record of it, does not exist. */
const absent: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'ENODATA', 'EAI_NODATA', 'EAI_NONAME']);

/** The resolver of the system, hosts file included. Service records are a preference: where DNS fails on them, there are none. */
export function systemResolver(clock: Clock): Resolver {
  const services = new dns.Resolver({ timeout: 1_000, tries: 2 });
  const lookup = async (host: string) => {
    try {
      const found = await dns.lookup(host, { all: true });
      return found.map(({ address, family }) => ({ address, family: family === 6 ? (6 as const) : (4 as const) }));
    } catch (error) {
      if (absent.has((error as { code?: unknown }).code)) return [];
      throw error;
    }
  };
  const serviceRecords = async (name: string): Promise<readonly ServiceRecord[]> => {
    try {
      const found = await services.resolveSrv(name);
      return found.map(({ name: host, port, priority, weight }) => ({ host, port, priority, weight }));
    } catch {
      return [];
    }
  };
  return { addresses: remembering(clock, lookup), services: remembering(clock, serviceRecords) };
}

/** The addresses of a name alone, for media. */
export function hostResolver(clock: Clock): (name: string) => Promise<readonly string[]> {
  const { addresses } = systemResolver(clock);
  return async name => (await addresses(name)).map(({ address }) => address);
}

/** Asks once for all who want to know at the same time, and remembers the answer for a while. */
export function remembering<T>(
  clock: Clock,
  ask: (name: string) => Promise<readonly T[]>,
): (name: string) => Promise<readonly T[]> {
  const known = new Map<string, { readonly answer: Promise<readonly T[]>; until: Instant }>();
  return name => {
    const now = clock.now();
    const entry = known.get(name);
    if (entry !== undefined && entry.until > now) return entry.answer;
    if (known.size >= rememberedNames) known.clear();
    const answer = ask(name);
    const asked = { answer, until: now + remembered };
    known.set(name, asked);
    answer.then(
      found => {
        if (found.length === 0) asked.until = clock.now() + rememberedNone;
      },
      () => {
        if (known.get(name) === asked) known.delete(name);
      },
    );
    return answer;
  };
}

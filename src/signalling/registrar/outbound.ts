/**
 * Whether a registration is one of RFC 5626 (§6): the phone keeps the connection open and counts on it. We are the first
 * hop, or the one that is has said so by `ob` in its Path. Over UDP a phone would have to be answered STUN, which we do
 * not speak: there it gets a registration without, as §4.2.1 has it, and one that is brief behind a NAT.
 */
import { hasParam } from '../text/grammar.ts';
import { hasToken } from '../text/list.ts';
import type { ContactWish } from './bindings.ts';
import { firstHop, type Path } from './path.ts';

/** Seconds: how long the phone may be silent (RFC 5626, §5.4 and §10). */
const flowTimer = 120;

export interface OutboundRequest {
  readonly contacts: readonly ContactWish[] | 'all';
  readonly supported: string | undefined;
  readonly protocol: string;
  /** How many Vias it has. */
  readonly hops: number;
  readonly path: Path;
}

export const isOutbound = ({ contacts, supported, protocol, hops, path }: OutboundRequest): boolean => {
  if (contacts === 'all' || !hasToken(supported, 'outbound') || protocol.toLowerCase() === 'udp') return false;
  const [contact] = contacts;
  if (contact?.regId === undefined || contact.instance === undefined) return false;
  if (hops <= 1) return true;
  return path.length > 0 && hasParam(firstHop(path.slice(-1), contact.uri).params, 'ob');
};

/** §6: a request that registers several flows at once. */
export const registersFlows = (contacts: readonly ContactWish[] | 'all'): number =>
  contacts === 'all' ? 0 : contacts.filter(one => one.regId !== undefined && one.expires !== 0).length;

export const outboundFields: Record<string, string> = { Require: 'outbound', 'Flow-Timer': String(flowTimer) };

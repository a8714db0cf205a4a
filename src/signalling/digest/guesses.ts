/**
 * How often somebody has failed to prove who they are, and what follows from it. Right credentials win, whatever others
 * have sent from the same address:
 *
 * - Credentials are looked at, and the right ones let in, even above the limits. What waits is the wrong answer: who
 *   guesses learns it `patience` later. So that it does not pay to guess in parallel, no more than some are looked at
 *   above the limits: `perSocket` for each address and port, so that one guesser does not use up what the neighbours
 *   need; and `evaluations` for each network, but for extensions that have proved themselves from there lately: each of
 *   these has as many of its own.
 * - A phone that has proved itself lately from this address and port is outside of all that: nobody else has its socket.
 *
 * A failure is counted against who was given the nonce that it answers (`nonce.ts`): a forged address has none.
 */
import type { Duration, Instant } from '../../base/clock.ts';
import { networkOf } from '../../base/network.ts';
import { Failures } from './failures.ts';
import { remember } from './remember.ts';

export interface Guesser {
  /** Address and port that the request came from. */
  readonly source: string;
  readonly port: number;
  /** Whom the credentials name. */
  readonly user: string;
}

/** `wait`: looked at, but a wrong answer is told late; `refuse`: not even that. */
export type Leave = 'now' | 'wait' | 'refuse';

const longestUser = 64;
const minute: Duration = 60_000;
/** One phone with a wrong password, retrying. */
const perUser = { most: 10, window: minute };
/** A scanner; or an office of phones behind one address, whose password was changed all at once. */
const perNetwork = { most: 60, window: minute };
/** Of one network above its limits, or of one extension that is known there. */
const evaluations = { most: 100, window: 10_000 };
const perSocket = { most: 5, window: 10_000 };
/** A phone registers at least every hour. */
const provenFor: Duration = 24 * 60 * minute;

/** How long a wrong answer above the limits waits. */
export const patience: Duration = 3_000;

export class Guesses {
  private readonly ofUser = new Failures(perUser);
  private readonly ofNetwork = new Failures(perNetwork);
  private readonly looks = new Failures(evaluations);
  private readonly ofSocket = new Failures(perSocket);
  /** When a phone last proved itself, in the order of age. */
  private readonly proven = new Map<string, Instant>();
  private readonly networks = new Map<string, Instant>();
  private readonly users = new Map<string, Instant>();

  /** Whether a phone there has proved itself lately. */
  knows(source: string, now: Instant): boolean {
    return isRecent(this.networks.get(networkOf(source)), now);
  }

  leave(guesser: Guesser, now: Instant): Leave {
    if (isRecent(this.proven.get(socketOf(guesser)), now)) return 'now';
    const network = networkOf(guesser.source);
    if (!this.ofNetwork.tooMany(network, now) && !this.ofUser.tooMany(userOf(guesser), now)) return 'now';
    const socket = `${guesser.source} ${guesser.port}`;
    const user = userOf(guesser);
    const purse = isRecent(this.users.get(user), now) ? user : network;
    if (this.ofSocket.tooMany(socket, now) || this.looks.tooMany(purse, now)) return 'refuse';
    this.ofSocket.count(socket, now);
    this.looks.count(purse, now);
    return 'wait';
  }

  wrong(guesser: Guesser, now: Instant): void {
    this.ofUser.count(userOf(guesser), now);
    this.ofNetwork.count(networkOf(guesser.source), now);
  }

  right(guesser: Guesser, now: Instant): void {
    remember(this.proven, socketOf(guesser), now);
    remember(this.networks, networkOf(guesser.source), now);
    remember(this.users, userOf(guesser), now);
  }
}

const isRecent = (since: Instant | undefined, now: Instant): boolean => since !== undefined && now - since < provenFor;

const nameOf = (user: string): string => user.slice(0, longestUser);
const userOf = ({ source, user }: Guesser): string => `${networkOf(source)} ${nameOf(user)}`;
const socketOf = ({ source, port, user }: Guesser): string => `${source} ${port} ${nameOf(user)}`;

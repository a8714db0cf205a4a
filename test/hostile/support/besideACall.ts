/**
 * An attack with a call up beside it. Before it, a window of quiet is measured; after it, the process must live, the
 * call must have heard nothing of it, still talk both ways, and end by an answered BYE; no third party was reached.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject } from 'vitest';
import { Stranger } from '../../support/wire/stranger.ts';
import { companyNumber, Switchboard, type SwitchboardOptions, trunkAddress } from './switchboard.ts';
import { Victim } from './victim.ts';
import type { ByeOutcome, Window } from './witness/messages.ts';
import { Witness } from './witness/witness.ts';

export interface Scene {
  readonly switchboard: Switchboard;
  /** At an address that is no trunk and no phone. */
  readonly stranger: Stranger;
  /** Another address that nothing may reach: looked at after the attack. */
  readonly victim: Victim;
  /** More of either; the harness closes them. Victims are looked at as well. */
  moreStrangers(count: number): Promise<readonly Stranger[]>;
  moreVictims(count: number): Promise<readonly Victim[]>;
  /** The sound since the last look, for attacks in several steps. Its bounds are those of the whole attack. */
  sound(): Promise<Window>;
}

export interface Bounds extends SwitchboardOptions {
  /** Milliseconds without a packet that the call may hear, beyond what the quiet before had and the machine cost. */
  readonly longestGap?: number;
  /** Packets that may be lost for each party. */
  readonly lost?: number;
  /** Milliseconds within which the BYE at the end is answered. */
  readonly byeWithin?: number;
}

/** Milliseconds of quiet that the attack is compared with. */
const controlLength = 1_000;
/** A packet comes every 20 ms. */
const packetTime = 20;

/** For `test(name, besideACall(async ({ stranger, victim, switchboard }) => { … }))`. */
export const besideACall =
  (attack: (scene: Scene) => Promise<void>, bounds: Bounds = {}) =>
  async (): Promise<void> => {
    const compiled = inject('compiled');
    const switchboard = await Switchboard.start(compiled, bounds);
    const witness = Witness.start(compiled);
    const strangers: Stranger[] = [];
    const victims: Victim[] = [];
    const windows: Window[] = [];
    const moreStrangers = async (count: number): Promise<readonly Stranger[]> => {
      const more: Stranger[] = [];
      for (let at = 0; at < count; at++) more.push(await Stranger.open(switchboard.sip, undefined, [0]));
      strangers.push(...more);
      return more;
    };
    const moreVictims = async (count: number): Promise<readonly Victim[]> => {
      const more: Victim[] = [];
      for (let at = 0; at < count; at++) more.push(await Victim.open());
      victims.push(...more);
      return more;
    };
    try {
      await witness.ask('open', {
        server: switchboard.sip,
        callerAddress: trunkAddress,
        number: companyNumber,
        extension: '101',
        password: await switchboard.passwordOf('101'),
      });
      const [stranger] = (await moreStrangers(1)) as [Stranger];
      const [victim] = (await moreVictims(1)) as [Victim];
      await sleep(controlLength);
      const control = await witness.ask('mark');
      const sound = async (): Promise<Window> => {
        const window = await witness.ask('mark');
        windows.push(window);
        return window;
      };

      const unlessEnded = (error: unknown): never => {
        throw switchboard.alive ? error : new Error('the process of the switchboard has ended');
      };
      await attack({ switchboard, stranger, victim, moreStrangers, moreVictims, sound }).catch(unlessEnded);
      await witness.ask('hear').catch(unlessEnded);
      await sound();
      const bye = await witness.ask('hangUp');
      report(control, windows, bye);
      expect(switchboard.alive).toBe(true);
      for (const window of windows) expectUndisturbed(window, control, bounds);
      expect(bye.status).toBe(200);
      expect(bye.answeredAfter).toBeLessThan(bounds.byeWithin ?? 2_000);
      for (const { host, received, connections } of victims) {
        expect({ host, received, connections }).toEqual({ host, received: [], connections: 0 });
      }
      await witness.ask('close');
      expect(await switchboard.stop()).toBe(0);
    } catch (error) {
      console.error(switchboard.log.slice(-4_000));
      throw error;
    } finally {
      await witness.close();
      await Promise.all([...strangers, ...victims].map(one => one.close()));
      await switchboard.close();
    }
  };

function expectUndisturbed(window: Window, control: Window, { longestGap = 200, lost = 3 }: Bounds): void {
  const mostGap = (party: 'caller' | 'callee'): number =>
    Math.max(packetTime, control[party].longestGap) + window.ownLateness + longestGap;
  for (const party of ['caller', 'callee'] as const) {
    expect(window[party].longestGap, `gap heard by the ${party}`).toBeLessThanOrEqual(mostGap(party));
    expect(window[party].lost, `packets lost for the ${party}`).toBeLessThanOrEqual(lost);
  }
}

/** Tells what was measured; bounds are generous, and this is not. */
function report(control: Window, windows: readonly Window[], bye: ByeOutcome): void {
  const show = ({ caller, callee, length, ownLateness }: Window): string =>
    `${Math.round(length)} ms: gaps ${Math.round(caller.longestGap)}/${Math.round(callee.longestGap)} ms, ` +
    `lost ${caller.lost}/${callee.lost}, witness late by ${Math.round(ownLateness)} ms`;
  console.info(
    [
      `before: ${show(control)}`,
      ...windows.map(window => `attack: ${show(window)}`),
      `BYE: ${bye.status} after ${Math.round(bye.answeredAfter)} ms`,
    ].join('\n'),
  );
}

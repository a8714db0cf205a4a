/**
 * The call beside an attack, in a process of its own: what the attacker's process is busy with disturbs no measurement.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type Instant, systemClock } from '../../../../src/base/clock.ts';
import { silentLog } from '../../../../src/base/log.ts';
import { requestWithin } from '../../../../src/embedded/sip/dialogs/requests.ts';
import { createPhone, type Phone, type PhoneCall } from '../../../../src/phone/phone.ts';
import { send } from '../../../../src/phone/requests.ts';
import type { ByeOutcome, Commands, PartySound, Reply, Request, WitnessSettings } from './messages.ts';

const callerTone = 700;
const calleeTone = 1100;
const resolution = 5;

/** When packets came to one party. */
class Listener {
  private arrivals: Instant[] = [];
  private counted = 0;
  private lostBefore = 0;
  call: PhoneCall | undefined;

  changed(): void {
    const ear = this.call?.ear;
    if (ear === undefined || ear.packets === this.counted || ear.lastPacket === undefined) return;
    this.counted = ear.packets;
    this.arrivals.push(ear.lastPacket);
  }

  /** From `since` to `now`; what came is forgotten but for its last packet. */
  take(since: Instant, now: Instant): PartySound {
    let last = since;
    let longestGap = 0;
    for (const at of [...this.arrivals, now]) {
      longestGap = Math.max(longestGap, at - last);
      last = at;
    }
    const lost = this.call?.media?.stats().received.lost ?? 0;
    const sound = { packets: this.arrivals.length, longestGap, lost: lost - this.lostBefore };
    this.lostBefore = lost;
    this.arrivals = [];
    return sound;
  }
}

class Witness implements Commands {
  private readonly callerHears = new Listener();
  private readonly calleeHears = new Listener();
  private readonly lateness = monitorEventLoopDelay({ resolution });
  private phones: Phone[] = [];
  private since: Instant = systemClock.now();

  async open({ server, callerAddress, number, extension, password }: WitnessSettings): Promise<void> {
    const common = { clock: systemClock, log: silentLog, server, knows: [callerTone, calleeTone] };
    const caller = await createPhone({
      ...common,
      user: '+36201234567',
      address: callerAddress,
      tone: callerTone,
      onChange: () => this.callerHears.changed(),
    });
    this.phones.push(caller);
    const callee = await createPhone({
      ...common,
      user: extension,
      password,
      tone: calleeTone,
      onChange: () => this.calleeHears.changed(),
    });
    this.phones.push(callee);
    await callee.register();
    const outside = caller.call(number);
    const inside = await callee.rung();
    await inside.answer();
    await outside.answered();
    this.callerHears.call = outside;
    this.calleeHears.call = inside;
    await this.hear();
    this.lateness.enable();
    await this.mark();
  }

  async mark() {
    const now = systemClock.now();
    const { since } = this;
    this.since = now;
    const ownLateness = Math.max(0, this.lateness.max / 1e6 - resolution);
    this.lateness.reset();
    return {
      length: now - since,
      caller: this.callerHears.take(since, now),
      callee: this.calleeHears.take(since, now),
      ownLateness,
    };
  }

  async hear(): Promise<void> {
    await Promise.all([this.callerHears.call?.hears(calleeTone), this.calleeHears.call?.hears(callerTone)]);
  }

  async hangUp(): Promise<ByeOutcome> {
    const call = this.callerHears.call;
    if (call?.state.kind !== 'talking') throw new Error(`the call is ${call?.state.kind}`);
    const { request, target } = requestWithin(call.state.dialog, 'BYE');
    call.become({ kind: 'ended', end: { by: 'us', status: undefined, text: 'hung up', reason: undefined } });
    const from = systemClock.now();
    const { status } = await send(call.phone.stack, request, target);
    const answeredAfter = systemClock.now() - from;
    await this.calleeHears.call?.ended();
    return { status, answeredAfter };
  }

  async close(): Promise<void> {
    this.lateness.disable();
    await Promise.all(this.phones.map(phone => phone.close().catch(() => {})));
  }
}

const witness = new Witness();
process.on('message', ({ id, name, argument }: Request) => {
  const answer = (reply: Reply): void => void process.send?.(reply);
  (witness[name] as (argument: unknown) => Promise<unknown>)
    .call(witness, argument)
    .then(value => answer({ id, value }))
    .catch(error => answer({ id, error: String(error) }));
});
process.on('disconnect', () => process.exit());

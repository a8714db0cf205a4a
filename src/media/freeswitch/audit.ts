/**
 * Looks after channels that we have let go of: each is to be gone some time later. One that is not (a BYE that was lost,
 * a FreeSWITCH that forgot) would play to nobody for ever, and keep a session and a port.
 */
import type { Clock, Duration, Instant, Timer } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { type Encoded, text } from './encode.ts';

export interface AuditParts {
  readonly clock: Clock;
  readonly log: Log;
  /** Rejects where the event socket is gone. */
  api(command: Encoded): Promise<string>;
}

const every: Duration = 30_000;
/** A BYE may be repeated for so long before it has its answer. */
const grace: Duration = 10_000;

export class ChannelAudit {
  private readonly ended = new Map<Encoded, Instant>();
  private timer: Timer | undefined;
  private closed = false;

  constructor(private readonly parts: AuditParts) {}

  /** We have let go of it just now. */
  letGo(channel: Encoded): void {
    if (this.closed) return;
    this.ended.set(channel, this.parts.clock.now());
    this.timer ??= this.parts.clock.after(every, () => void this.look());
  }

  close(): void {
    this.closed = true;
    this.timer?.cancel();
    this.ended.clear();
  }

  /** What is still there is ended, and looked at again the next time. */
  private async look(): Promise<void> {
    const { clock, log, api } = this.parts;
    try {
      for (const [channel, at] of this.ended) {
        if (clock.now() - at < grace) continue;
        const exists = (await api(text`uuid_exists ${channel}`)).trim();
        if (exists !== 'true') {
          this.ended.delete(channel);
          continue;
        }
        log.error({ channel }, 'a channel has outlived its call: it is ended');
        await api(text`uuid_kill ${channel}`);
      }
    } catch {
      // The event socket is gone: whoever connects next ends whatever has our name.
    }
    this.timer = undefined;
    if (!this.closed && this.ended.size > 0) this.timer = clock.after(every, () => void this.look());
  }
}

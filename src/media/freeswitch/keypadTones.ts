/**
 * Whether FreeSWITCH listens for the tones of keys in a channel's sound (`start_dtmf` of mod_dptools): where no telephone
 * event was agreed on. It is an application, so it is begun and ended while the channel is parked, and it goes on in a
 * bridge. Between two keys it wants a moment of silence, which whoever presses them leaves.
 */
import { messageOf } from '../../base/errors.ts';
import { randomId } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import type { Channel } from './channel.ts';
import { ownId, text, wholeNumber } from './encode.ts';
import type { EventSocket } from './eventSocket/eventSocket.ts';

export class KeypadTones {
  private wanted = false;
  private running = false;

  constructor(
    private readonly socket: EventSocket,
    private readonly channel: Channel,
    private readonly log: Log,
  ) {}

  /** Of effect at once on a parked channel, else by the next `apply`. */
  want(wanted: boolean): void {
    this.wanted = wanted;
    this.apply();
  }

  /** The channel may be parked by now. */
  apply(): void {
    if (this.wanted === this.running || this.channel.state !== 'parked') return;
    this.running = this.wanted;
    const application = this.wanted ? text`start_dtmf` : text`stop_dtmf`;
    this.socket
      .execute({
        channel: this.channel.id,
        application,
        argument: text``,
        id: ownId(randomId()),
        loops: wholeNumber(1),
      })
      .catch((error: unknown) => {
        this.log.warn({ error: messageOf(error) }, 'FreeSWITCH does not listen for the tones of keys');
      });
  }
}

import type { TransportAddress } from '../../../media/sdp/agreement.ts';

/** So many packets in a row from one source that is refused are a far end elsewhere, not the last ones of another call. */
const steady = 25;

/** Watches for media that is refused because it comes from where nobody expects it. */
export class Strangers {
  private last: (TransportAddress & { packets: number }) | undefined;
  private told = false;

  /** Gives a source that sends steadily: once, and never another one. */
  refused(address: string, port: number): TransportAddress | undefined {
    if (this.told) return undefined;
    if (this.last === undefined || this.last.address !== address || this.last.port !== port) {
      this.last = { address, port, packets: 0 };
    }
    if (++this.last.packets < steady) return undefined;
    this.told = true;
    return { address, port };
  }
}

/** RTP's fixed header (RFC 3550, §5.1), read and written in place. */

export const headerLength = 12;
/** 200 ms of G.711: no packet of ours or of a sane far end is longer. */
export const longestPayload = 1600;

/**
 * What one received packet says. One view serves all packets of a stream, so that a packet costs no allocation; what
 * it says holds until the next `read`. 32-bit fields are signed here: their differences wrap as RTP's do, and they stay
 * small integers for the engine.
 */
export class RtpView {
  marker = false;
  payloadType = 0;
  sequence = 0;
  timestamp = 0;
  ssrc = 0;
  /** Where the payload begins and ends in the packet. */
  start = 0;
  end = 0;

  /** False: not RTP that can be used; the view is then undefined. */
  read(packet: Buffer): boolean {
    const length = packet.length;
    if (length < headerLength) return false;
    const first = packet[0] as number;
    if (first >> 6 !== 2) return false;
    const second = packet[1] as number;
    this.marker = second >= 128;
    this.payloadType = second & 127;
    this.sequence = ((packet[2] as number) << 8) | (packet[3] as number);
    this.timestamp = readInt32(packet, 4);
    this.ssrc = readInt32(packet, 8);
    this.start = headerLength;
    this.end = length;
    return (first === 0x80 || this.skipOptionalParts(packet, first)) && this.end - this.start <= longestPayload;
  }

  /** Contributing sources, the header extension and padding (RFC 3550, §5.1 and §5.3.1). */
  private skipOptionalParts(packet: Buffer, first: number): boolean {
    this.start += 4 * (first & 15);
    if ((first & 16) !== 0) {
      if (this.start + 4 > this.end) return false;
      this.start += 4 + 4 * packet.readUInt16BE(this.start + 2);
    }
    if (this.start > this.end) return false;
    if ((first & 32) !== 0) {
      const padding = packet[this.end - 1] ?? 0;
      if (padding === 0 || this.end - padding < this.start) return false;
      this.end -= padding;
    }
    return true;
  }
}

/** Writes a fixed header without optional parts at `at`. */
export function writeHeader(
  packet: Buffer,
  at: number,
  marker: boolean,
  payloadType: number,
  sequence: number,
  timestamp: number,
  ssrc: number,
): void {
  packet[at] = 0x80;
  packet[at + 1] = marker ? payloadType | 128 : payloadType;
  packet[at + 2] = sequence >> 8;
  packet[at + 3] = sequence;
  writeInt32(packet, at + 4, timestamp);
  writeInt32(packet, at + 8, ssrc);
}

/** How far `to` is ahead of `from`, from -32768 to 32767, where sequence numbers wrap. */
export const sequenceStep = (from: number, to: number): number => ((to - from) << 16) >> 16;

/** RTCP on RTP's port has these in the place of marker and payload type (RFC 5761, §4). */
export const looksLikeRtcp = (packet: Buffer): boolean => {
  const second = packet[1] ?? 0;
  return second >= 192 && second <= 223;
};

function readInt32(packet: Buffer, at: number): number {
  return (
    ((packet[at] as number) << 24) |
    ((packet[at + 1] as number) << 16) |
    ((packet[at + 2] as number) << 8) |
    (packet[at + 3] as number)
  );
}

function writeInt32(packet: Buffer, at: number, value: number): void {
  packet[at] = value >> 24;
  packet[at + 1] = value >> 16;
  packet[at + 2] = value >> 8;
  packet[at + 3] = value;
}

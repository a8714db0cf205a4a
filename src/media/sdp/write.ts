import { isIPv6 } from 'node:net';
import sdpTransform, { type WrittenMedia } from 'sdp-transform';
import type { LocalLine } from './negotiate.ts';

/**
 * Our descriptions within one dialog. The session id stays, and the version grows by one whenever, and only when, the
 * text has changed (RFC 3264, §8).
 */
export class LocalDescription {
  private version = 0;
  private written: string | undefined;

  /** `sessionId`: a decimal number (RFC 8866, §5.2). */
  constructor(
    private readonly sessionId: string,
    private address: string,
  ) {}

  /** What is written from now on says that we are there. */
  moveTo(address: string): void {
    this.address = address;
  }

  /** The description that was written last, as from another address: for one who reaches us there. */
  writtenAt(address: string, lines: readonly LocalLine[]): string {
    return this.compose(lines, address);
  }

  write(lines: readonly LocalLine[]): string {
    const same = this.written !== undefined && this.compose(lines) === this.written;
    if (!same) {
      this.version++;
      this.written = this.compose(lines);
    }
    return this.written ?? '';
  }

  private compose(lines: readonly LocalLine[], address = this.address): string {
    const ipVer = isIPv6(address) ? 6 : 4;
    return sdpTransform.write({
      version: 0,
      origin: {
        username: '-',
        sessionId: this.sessionId,
        sessionVersion: this.version,
        netType: 'IN',
        ipVer,
        address,
      },
      name: '-',
      connection: { version: ipVer, ip: address },
      timing: { start: 0, stop: 0 },
      media: lines.map(mediaOf),
    });
  }
}

function mediaOf(line: LocalLine): WrittenMedia {
  if (line.kind === 'refused') {
    return { type: line.media, port: 0, protocol: line.protocol, payloads: line.format, rtp: [], fmtp: [] };
  }
  return {
    type: 'audio',
    port: line.audio.port,
    protocol: line.protocol,
    payloads: line.formats.map(format => format.payloadType).join(' '),
    rtp: line.formats.map(format => ({
      payload: format.payloadType,
      codec: format.encoding === 'TELEPHONE-EVENT' ? 'telephone-event' : format.encoding,
      rate: format.rate,
    })),
    fmtp: line.formats
      .filter(format => format.encoding === 'TELEPHONE-EVENT')
      .map(format => ({ payload: format.payloadType, config: '0-15' })),
    ptime: 20,
    direction: line.direction,
    ...(line.rtcpMux ? { rtcpMux: 'rtcp-mux' } : {}),
  };
}

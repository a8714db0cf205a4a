/** RTCP (RFC 3550, §6): the compound packets that a party of one stream each way sends and understands. */

/** Signed 32 bits as in `RtpView`. */
export interface ReceptionBlock {
  /** Whose packets this is about. */
  readonly ssrc: number;
  /** Of the packets since the last report, in 1/256. */
  readonly fractionLost: number;
  /** Since the beginning; negative where packets were doubled. */
  readonly lost: number;
  readonly highestSequence: number;
  /** In units of the timestamp. */
  readonly jitter: number;
  /** The middle 32 bits of the NTP time of the last sender report, 0 where there was none, as an unsigned number. */
  readonly lastReport: number;
  /** Since that report came, in 1/65536 s. */
  readonly delay: number;
}

export interface SenderInfo {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly timestamp: number;
  readonly packets: number;
  readonly octets: number;
}

export interface OutgoingReport {
  readonly ssrc: number;
  /** Absent: nothing was sent lately, and this is a receiver report. */
  readonly sender: SenderInfo | undefined;
  readonly reception: ReceptionBlock | undefined;
  /** The canonical name (RFC 3550, §6.5.1). */
  readonly cname: string;
  readonly bye: boolean;
}

export interface IncomingReport {
  readonly ssrc: number;
  /** The middle 32 bits of the sender's NTP time, of a sender report. */
  readonly sentAt: number | undefined;
  readonly blocks: readonly ReceptionBlock[];
  readonly bye: boolean;
}

const senderReport = 200;
const receiverReport = 201;
const sourceDescription = 202;
const goodbye = 203;
/** Seconds from 1900, where NTP begins, to 1970. */
const ntpEpoch = 2_208_988_800;
const two32 = 2 ** 32;

/** The middle 32 bits of an NTP time: 1/65536 s, in a number from 0 to 2³²−1 that wraps every 18 hours. */
export const compactNtp = (epochMilliseconds: number): number =>
  Math.floor((((epochMilliseconds / 1000 + ntpEpoch) % 65_536) * 65_536) % two32);

export function encodeReport(report: OutgoingReport): Buffer {
  const cname = Buffer.from(report.cname, 'latin1').subarray(0, 255);
  const blocks = report.reception === undefined ? 0 : 1;
  const first = (report.sender === undefined ? 8 : 28) + 24 * blocks;
  // An item's type and length, its text, and at least one zero, to a multiple of four.
  const items = 4 * Math.ceil((2 + cname.length + 1) / 4);
  const packet = Buffer.alloc(first + 8 + items + (report.bye ? 8 : 0));

  writeRtcpHeader(packet, 0, blocks, report.sender === undefined ? receiverReport : senderReport, first);
  packet.writeInt32BE(report.ssrc, 4);
  if (report.sender !== undefined) writeSender(packet, report.sender);
  if (report.reception !== undefined) writeBlock(packet, first - 24, report.reception);

  writeRtcpHeader(packet, first, 1, sourceDescription, 8 + items);
  packet.writeInt32BE(report.ssrc, first + 4);
  packet[first + 8] = 1;
  packet[first + 9] = cname.length;
  cname.copy(packet, first + 10);

  if (report.bye) {
    const at = first + 8 + items;
    writeRtcpHeader(packet, at, 1, goodbye, 8);
    packet.writeInt32BE(report.ssrc, at + 4);
  }
  return packet;
}

function writeRtcpHeader(packet: Buffer, at: number, count: number, type: number, length: number): void {
  packet[at] = 0x80 | count;
  packet[at + 1] = type;
  packet.writeUInt16BE(length / 4 - 1, at + 2);
}

function writeSender(packet: Buffer, sender: SenderInfo): void {
  const seconds = sender.at / 1000 + ntpEpoch;
  packet.writeUInt32BE(Math.floor(seconds) % two32, 8);
  packet.writeUInt32BE(Math.floor((seconds % 1) * two32), 12);
  packet.writeInt32BE(sender.timestamp, 16);
  packet.writeUInt32BE(sender.packets % two32, 20);
  packet.writeUInt32BE(sender.octets % two32, 24);
}

function writeBlock(packet: Buffer, at: number, block: ReceptionBlock): void {
  packet.writeInt32BE(block.ssrc, at);
  packet[at + 4] = block.fractionLost;
  packet.writeIntBE(Math.max(-0x800000, Math.min(0x7fffff, block.lost)), at + 5, 3);
  packet.writeUInt32BE(block.highestSequence % two32, at + 8);
  packet.writeUInt32BE(Math.min(two32 - 1, Math.round(block.jitter)), at + 12);
  packet.writeUInt32BE(block.lastReport, at + 16);
  packet.writeUInt32BE(block.delay % two32, at + 20);
}

/** Undefined: not a compound RTCP packet by the checks of RFC 3550, §A.2. */
export function decodeReport(packet: Buffer): IncomingReport | undefined {
  let report: IncomingReport | undefined;
  let bye = false;
  for (let at = 0; at < packet.length; ) {
    if (at + 8 > packet.length) return undefined;
    const first = packet[at] as number;
    const type = packet[at + 1] as number;
    const end = at + 4 * (packet.readUInt16BE(at + 2) + 1);
    if (first >> 6 !== 2 || end > packet.length) return undefined;
    if (at === 0) {
      report = decodeFirst(packet, type, first & 31, end);
      if (report === undefined) return undefined;
    } else if (type === goodbye) bye = true;
    at = end;
  }
  return report === undefined ? undefined : { ...report, bye };
}

function decodeFirst(packet: Buffer, type: number, count: number, end: number): IncomingReport | undefined {
  if (type !== senderReport && type !== receiverReport) return undefined;
  const begin = type === senderReport ? 28 : 8;
  if (begin + 24 * count > end) return undefined;
  return {
    ssrc: packet.readInt32BE(4),
    sentAt: type === senderReport ? (packet.readUInt16BE(10) * 65_536 + packet.readUInt16BE(12)) % two32 : undefined,
    blocks: Array.from({ length: count }, (_, index) => decodeBlock(packet, begin + 24 * index)),
    bye: false,
  };
}

const decodeBlock = (packet: Buffer, at: number): ReceptionBlock => ({
  ssrc: packet.readInt32BE(at),
  fractionLost: packet[at + 4] as number,
  lost: packet.readIntBE(at + 5, 3),
  highestSequence: packet.readUInt32BE(at + 8),
  jitter: packet.readUInt32BE(at + 12),
  lastReport: packet.readUInt32BE(at + 16),
  delay: packet.readUInt32BE(at + 20),
});

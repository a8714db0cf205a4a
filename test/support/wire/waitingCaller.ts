import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { withDeadline } from '../../../src/base/deadline.ts';
import { randomId } from '../../../src/base/ids.ts';
import { Waits } from '../../../src/phone/waits.ts';
import { isOneStream, RtpPeer } from '../rtpPeer.ts';
import { everyFrequency } from '../switchboard/frequencies.ts';
import { companyNumber, type Office } from '../switchboard/office.ts';

const trunk = '127.0.0.2';
const patience = 8_000;

/** A caller from outside who waits in the queue, hears music, and counts every packet of it. */
export class WaitingCaller {
  private readonly waits = new Waits(systemClock, patience);
  private readonly texts: string[] = [];
  private heardBefore = 0;
  private readonly callId = randomId(8);
  private to = `<sip:${companyNumber}@${trunk}>`;

  private constructor(
    private readonly office: Office,
    private readonly socket: Socket,
    private readonly media: RtpPeer,
  ) {
    socket.on('message', bytes => {
      this.texts.push(bytes.toString());
      this.waits.changed();
    });
  }

  static async open(office: Office): Promise<WaitingCaller> {
    const socket = createSocket('udp4');
    socket.bind(0, trunk);
    await once(socket, 'listening');
    const media = await RtpPeer.open({ address: trunk, knows: everyFrequency });
    const caller = new WaitingCaller(office, socket, media);
    await caller.call();
    return caller;
  }

  /** Not a packet was missing since the last time, and the music goes on. */
  async hasHeardAll(): Promise<void> {
    await this.hearsMusic();
    const packets = this.media.received.slice(this.heardBefore);
    expect(packets.length).toBeGreaterThan(1);
    expect(isOneStream(packets)).toBe(true);
    this.heardBefore = this.media.received.length - 1;
  }

  async hangUp(): Promise<void> {
    this.send('BYE', 2);
    await this.answer('2 BYE');
    this.waits.close();
    await this.media.close();
    await new Promise<void>(resolve => this.socket.close(resolve));
  }

  private async call(): Promise<void> {
    this.send('INVITE', 1, this.media.describe());
    const ok = await this.answer('1 INVITE');
    this.to = /^To: (.*)$/m.exec(ok)?.[1] ?? '';
    this.send('ACK', 1);
    this.media.talkTo(ok);
    await withDeadline(systemClock, patience, 'the greeting', this.media.hears(this.office.prompt('welcome')));
    await withDeadline(systemClock, patience, 'the digit', this.media.press('0'));
    await this.hearsMusic();
    this.heardBefore = this.media.received.length - 1;
  }

  private hearsMusic(): Promise<void> {
    return withDeadline(systemClock, patience, 'the music', this.media.hears(this.office.music));
  }

  private answer(cseq: string): Promise<string> {
    return this.waits.until(
      `200 to ${cseq}`,
      () => this.texts.find(text => text.startsWith('SIP/2.0 200 ') && text.includes(`CSeq: ${cseq}`)),
      () => this.texts.join('\n'),
    );
  }

  private send(method: string, sequence: number, sdp = ''): void {
    const { address, port } = this.office.kozpont.listening[0] ?? expect.unreachable();
    const here = `${trunk}:${this.socket.address().port}`;
    const type = sdp === '' ? [] : ['Content-Type: application/sdp'];
    const text = [
      `${method} sip:${companyNumber}@${address}:${port} SIP/2.0`,
      `Via: SIP/2.0/UDP ${here};branch=z9hG4bK${randomId(8)};rport`,
      'Max-Forwards: 70',
      `From: <sip:+36205554433@${trunk}>;tag=w`,
      `To: ${this.to}`,
      `Call-ID: ${this.callId}`,
      `CSeq: ${sequence} ${method}`,
      `Contact: <sip:${here}>`,
      ...type,
      `Content-Length: ${Buffer.byteLength(sdp)}`,
      '',
      sdp,
    ].join('\r\n');
    this.socket.send(text, port, address);
  }
}

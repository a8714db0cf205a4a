import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { isKozpontError, type KozpontError } from '../../../src/base/errors.ts';
import { encodeWav } from '../../../src/base/wav.ts';
import type { EndpointOptions, MediaEndpoint, MediaServer, Sound } from '../../../src/media/port.ts';
import { RtpPeer, type TestTone, testTones } from '../../support/rtpPeer.ts';

export interface MediaRig {
  readonly server: MediaServer;
  /** A folder that the media server reads sounds from and writes recordings to. */
  readonly folder: string;
  /** Ends an endpoint without asking it, as a crash would. */
  kill(endpoint: MediaEndpoint): void | Promise<void>;
  /** Sockets or channels that are open now. */
  openSockets(): number | Promise<number>;
  stop(): Promise<void>;
}

export interface Watched {
  readonly endpoint: MediaEndpoint;
  readonly digits: string[];
  readonly gone: KozpontError[];
  /** Resolves at the first of `gone`. */
  readonly died: Promise<KozpontError>;
}

export interface Party extends Watched {
  readonly phone: RtpPeer;
}

type PeerOptions = Parameters<typeof RtpPeer.open>[0];

export const isDisposed = (error: unknown): boolean => isKozpontError(error, 'DISPOSED');
export const isInvalidSdp = (error: unknown): boolean => isKozpontError(error, 'INVALID_SDP');

/** How long a file of `Fixture.sound` is. */
export const soundLength = 300;

/** The media server under test and the telephones around it: each test begins and ends with nothing in use. */
export class Fixture {
  private running: MediaRig | undefined;
  private peers: RtpPeer[] = [];
  private endpoints: MediaEndpoint[] = [];

  constructor(start: () => Promise<MediaRig>) {
    beforeAll(async () => {
      this.running = await start();
      for (const tone of testTones) await writeFile(this.path(`${tone}.wav`), toneFile(tone));
    });
    afterAll(() => this.rig.stop());
    beforeEach(async () => {
      expect(this.rig.server.endpoints).toBe(0);
      expect(await this.rig.openSockets()).toBe(0);
    });
    afterEach(async () => {
      await Promise.all(this.endpoints.map(endpoint => endpoint.destroy()));
      await Promise.all(this.peers.map(peer => peer.close()));
      this.peers = [];
      this.endpoints = [];
      expect(this.rig.server.endpoints).toBe(0);
      await expect.poll(() => this.rig.openSockets()).toBe(0);
    });
  }

  get rig(): MediaRig {
    if (this.running === undefined) throw new Error('the media server has not been started');
    return this.running;
  }

  get server(): MediaServer {
    return this.rig.server;
  }

  path(name: string): string {
    return join(this.rig.folder, name);
  }

  /** A file of 300 ms with one tone, which goes round without a seam. */
  sound(tone: TestTone): Sound {
    return { kind: 'file', path: this.path(`${tone}.wav`) };
  }

  async peer(options: PeerOptions = {}): Promise<RtpPeer> {
    const peer = await RtpPeer.open(options);
    this.peers.push(peer);
    return peer;
  }

  async create(offer: string | undefined, more: Partial<EndpointOptions> = {}): Promise<Watched> {
    const digits: string[] = [];
    const gone: KozpontError[] = [];
    let die: (error: KozpontError) => void = () => {};
    const died = new Promise<KozpontError>(resolve => {
      die = resolve;
    });
    const endpoint = await this.server.createEndpoint({
      callId: 'call',
      legId: 'leg',
      ...(offer === undefined ? {} : { offer }),
      events: {
        digit: digit => digits.push(digit),
        gone: error => {
          gone.push(error);
          die(error);
        },
      },
      ...more,
    });
    this.endpoints.push(endpoint);
    return { endpoint, digits, gone, died };
  }

  /** A telephone that talks to an endpoint made from its offer. */
  async call(options: PeerOptions = {}): Promise<Party> {
    const phone = await this.peer(options);
    const watched = await this.create(phone.describe());
    phone.talkTo(watched.endpoint.localSdp);
    return { ...watched, phone };
  }
}

function toneFile(tone: number): Uint8Array {
  const samples = Int16Array.from({ length: soundLength * 8 }, (_, at) =>
    Math.round(8000 * Math.sin((2 * Math.PI * tone * at) / 8000)),
  );
  return encodeWav({ sampleRate: 8000, channels: 1, samples });
}

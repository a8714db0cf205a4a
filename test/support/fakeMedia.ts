import { KozpontError } from '../../src/base/errors.ts';
import type { PooledServer } from '../../src/media/pool/mediaPool.ts';
import type { EndpointOptions, MediaEndpoint, PlayOptions, PlayOutcome, Sound } from '../../src/media/port.ts';

/** A media server that does nothing but remember, for tests of what stands above the port. */
export class FakeMedia implements PooledServer {
  ready = true;
  load = 0;
  readonly all: FakeEndpoint[] = [];
  /** What `createEndpoint` waits for, and fails with. */
  gate: Promise<void> = Promise.resolve();
  failure: KozpontError | undefined;

  constructor(readonly name = 'fake') {}

  async createEndpoint(options: EndpointOptions): Promise<MediaEndpoint> {
    await this.gate;
    if (this.failure !== undefined) throw this.failure;
    if (options.offer?.includes('bad') === true) throw new KozpontError('INVALID_SDP', 'a bad offer');
    const endpoint = new FakeEndpoint(options, `${this.name}-${this.all.length}`, this.name);
    this.all.push(endpoint);
    return endpoint;
  }

  get endpoints(): number {
    return this.all.filter(({ destroyed }) => !destroyed).length;
  }

  /** As when the server is killed. */
  die(): void {
    this.ready = false;
    for (const endpoint of this.all) if (!endpoint.destroyed) endpoint.die();
  }

  of(legId: string): FakeEndpoint {
    const endpoint = this.all.findLast(({ options }) => options.legId === legId);
    if (endpoint === undefined) throw new Error(`no endpoint of ${legId}`);
    return endpoint;
  }

  async close(): Promise<void> {}
}

type Asked = 'accept' | 'answer' | 'play' | 'stop' | 'bridge' | 'unbridge';

export class FakeEndpoint implements MediaEndpoint {
  readonly id: string;
  remoteHold = false;
  destroyed = false;
  playing: readonly Sound[] | undefined;
  peer: FakeEndpoint | undefined;
  accepted: string | undefined;
  /** What was done, in its order. */
  readonly done: Asked[] = [];
  /** What everything that is asked waits for, and fails with. */
  before: ((what: Asked) => Promise<void>) | undefined;
  /** Sounds cannot be had. */
  mute = false;
  /** Packets of the far end. */
  received = 0;
  private finish: ((outcome: PlayOutcome) => void) | undefined;

  constructor(
    readonly options: EndpointOptions,
    readonly localSdp: string,
    readonly server: string,
  ) {
    this.id = localSdp;
  }

  async accept(answer: string): Promise<void> {
    await this.do('accept');
    if (answer.includes('bad')) throw new KozpontError('INVALID_SDP', 'a bad answer');
    this.accepted = answer;
    this.remoteHold = answer.includes('hold');
  }

  async answer(offer: string): Promise<string> {
    await this.do('answer');
    if (offer.includes('bad')) throw new KozpontError('INVALID_SDP', 'a bad offer');
    this.remoteHold = offer.includes('hold');
    return this.localSdp;
  }

  async offer(): Promise<string> {
    return this.localSdp;
  }

  play(sounds: readonly Sound[], _options?: PlayOptions): Promise<PlayOutcome> {
    this.end('stopped');
    this.done.push('play');
    if (this.mute && sounds.some(({ kind }) => kind === 'file')) return Promise.resolve('failed');
    this.playing = sounds;
    return new Promise(resolve => {
      this.finish = resolve;
    });
  }

  /** What plays ends. */
  end(outcome: PlayOutcome): void {
    this.playing = undefined;
    this.finish?.(outcome);
    this.finish = undefined;
  }

  async stop(): Promise<void> {
    await this.do('stop');
    this.end('stopped');
  }

  async bridge(other: MediaEndpoint): Promise<void> {
    const peer = other as FakeEndpoint;
    await this.do('bridge');
    peer.done.push('bridge');
    for (const one of [this, peer]) await one.part();
    this.end('stopped');
    peer.end('stopped');
    if (peer.server !== this.server) throw new KozpontError('MEDIA_UNAVAILABLE', 'on another server');
    this.peer = peer;
    peer.peer = this;
  }

  async unbridge(): Promise<void> {
    await this.do('unbridge');
    this.peer?.done.push('unbridge');
    await this.part();
  }

  private async do(what: Asked): Promise<void> {
    await this.before?.(what);
    this.done.push(what);
  }

  private async part(): Promise<void> {
    if (this.peer !== undefined) this.peer.peer = undefined;
    this.peer = undefined;
  }

  async record(): Promise<{ stop(): Promise<void> }> {
    return { async stop() {} };
  }

  async stats() {
    const none = { packets: 0, bytes: 0, lost: null, jitter: null, codec: null };
    return { received: { ...none, packets: this.received }, sent: none, roundTripTime: null };
  }

  die(): void {
    this.options.events.gone(new KozpontError('MEDIA_UNAVAILABLE', `${this.server} has died`));
  }

  async destroy(): Promise<void> {
    await this.part();
    this.end('stopped');
    this.destroyed = true;
  }
}

import { isKozpontError, KozpontError, messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { EndpointOptions, MediaEndpoint, MediaServer } from '../port.ts';
import { type Candidate, inOrder } from './order.ts';

/** One of several media servers. */
export interface PooledServer extends MediaServer {
  /** 0 (idle) to 1 (full): sessions, or the processor, whichever is nearer to its end. */
  readonly load: number;
}

/**
 * Several media servers as one. They come when they are connected and go when they are lost; a lost one that is there
 * again is another one. What a server refuses is asked of the next.
 */
export class MediaPool implements MediaServer {
  readonly name = 'pool';
  private readonly byName = new Map<string, PooledServer>();
  /** Names. */
  private readonly draining = new Set<string>();

  constructor(private readonly log: Log) {}

  /** A server with the name of one that is there takes its place. */
  add(server: PooledServer): void {
    this.byName.set(server.name, server);
  }

  /** It is lost. Its endpoints have said so, or are about to. One that drained has been waited for: the next takes calls. */
  remove(server: PooledServer): void {
    if (this.byName.get(server.name) !== server) return;
    this.byName.delete(server.name);
    this.draining.delete(server.name);
  }

  /**
   * No new calls for the server of this name, until it has been stopped and is there again; those on it may end there.
   * `unknown`: there is none; `last`: no other one takes calls, and nothing has changed.
   */
  drain(name: string): 'draining' | 'unknown' | 'last' {
    if (!this.byName.has(name)) return 'unknown';
    const others = this.candidates().some(one => one.name !== name && one.ready && !one.draining);
    if (!others) return 'last';
    this.draining.add(name);
    return 'draining';
  }

  isDraining(name: string): boolean {
    return this.draining.has(name);
  }

  get ready(): boolean {
    return this.candidates().some(({ ready, draining }) => ready && !draining);
  }

  get endpoints(): number {
    return this.servers.reduce((sum, { endpoints }) => sum + endpoints, 0);
  }

  get servers(): readonly PooledServer[] {
    return [...this.byName.values()];
  }

  async createEndpoint(options: EndpointOptions): Promise<MediaEndpoint> {
    const { beside, avoid, callId } = options;
    let failure: unknown = new KozpontError('MEDIA_UNAVAILABLE', 'no media server is ready');
    for (const { server } of inOrder(this.candidates(), { beside: beside?.server, avoid })) {
      try {
        return await server.createEndpoint(options);
      } catch (error) {
        // Another server would not like it any better.
        if (isKozpontError(error, 'INVALID_SDP')) throw error;
        this.log.warn(
          { call: callId, server: server.name, error: messageOf(error) },
          'a media server gives no endpoint',
        );
        failure = error;
      }
    }
    throw failure;
  }

  async close(): Promise<void> {
    const all = this.servers;
    this.byName.clear();
    await Promise.all(all.map(server => server.close()));
  }

  private candidates(): readonly Member[] {
    return this.servers.map(server => ({
      server,
      name: server.name,
      ready: server.ready,
      load: server.load,
      draining: this.draining.has(server.name),
    }));
  }
}

interface Member extends Candidate {
  readonly server: PooledServer;
}

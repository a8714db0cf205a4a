/**
 * One FreeSWITCH, from the moment it lets us in until the first of: it goes, it falls silent, the SIP server goes, we
 * close. After that the object is dead: FreeSWITCH has forgotten what we subscribed to and may have ended our channels,
 * so whoever goes on begins with a new one (`supervise.ts`).
 */
import { randomInt } from 'node:crypto';
import type { Clock, Duration } from '../../base/clock.ts';
import { isKozpontError, KozpontError, messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Connection } from '../../signalling/connection/connection.ts';
import type { PooledServer } from '../pool/mediaPool.ts';
import type { EndpointOptions, MediaEndpoint } from '../port.ts';
import type { LocalAudio } from '../sdp/agreement.ts';
import { answerOffer } from '../sdp/negotiate.ts';
import type { ResolveHost } from '../sdp/resolve.ts';
import { ChannelAudit } from './audit.ts';
import { Channel } from './channel.ts';
import { channelId, type Encoded, text } from './encode.ts';
import { FreeswitchEndpoint } from './endpoint.ts';
import type { EventSocket } from './eventSocket/eventSocket.ts';
import type { Fields } from './eventSocket/frames.ts';
import { Leg } from './leg.ts';
import { type MediaFrom, mayBeElsewhere } from './nat.ts';
import { addressIn, RemoteDescription, resolved } from './remoteSdp.ts';
import type { PathMap } from './sounds.ts';

/** As FreeSWITCH's last heartbeat tells it. */
export interface FreeswitchLoad {
  readonly sessions: number;
  readonly maxSessions: number;
  /** Per cent. */
  readonly cpuIdle: number;
}

export interface FreeswitchParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly name: string;
  readonly socket: EventSocket;
  readonly connection: Connection;
  /** What our channels are called there: `sip:<application>@<address>`. */
  readonly uri: string;
  readonly paths: PathMap;
  readonly mediaFrom: MediaFrom | undefined;
  readonly resolveHost: ResolveHost | undefined;
  /** Its `max-sessions`, before the first heartbeat. */
  readonly maxSessions: number;
  /** For an answer of FreeSWITCH's to a SIP request. */
  readonly inviteWithin: Duration;
  /** For a change that it has said yes to. */
  readonly changeWithin: Duration;
  lost(error: KozpontError): unknown;
}

type Local = Omit<LocalAudio, 'address' | 'port'>;

/** The payload type of telephone events in our offers, as most phones have it. */
const local: Local = { codecs: ['PCMA', 'PCMU'], telephoneEvent: 101, direction: 'sendrecv' };

export class FreeswitchServer implements PooledServer {
  readonly name: string;

  private readonly alive = new Set<FreeswitchEndpoint>();
  private readonly channels = new Map<string, Channel>();
  /** INVITEs whose Call-ID we do not know yet; and channels that were parked before we did. */
  private inviting = 0;
  private readonly early = new Set<string>();
  private state: 'ready' | 'over' = 'ready';
  /** Undefined before the first heartbeat. */
  heartbeat: FreeswitchLoad | undefined;
  /** Sessions of others, at the last heartbeat. */
  private strangers = 0;
  private readonly audit: ChannelAudit;

  constructor(private readonly parts: FreeswitchParts) {
    this.name = parts.name;
    const { clock, log, socket } = parts;
    this.audit = new ChannelAudit({ clock, log, api: command => socket.api(command) });
  }

  get endpoints(): number {
    return this.alive.size;
  }

  /** Whether endpoints can be made. Once false, for good. */
  get ready(): boolean {
    return this.state === 'ready';
  }

  get load(): number {
    return loadOf(this.endpoints, this.heartbeat);
  }

  async createEndpoint(options: EndpointOptions): Promise<MediaEndpoint> {
    // Judged before FreeSWITCH hears of it: offers that are no good must not use ports up.
    const { clock, resolveHost } = this.parts;
    const offer =
      options.offer === undefined
        ? undefined
        : await resolved(options.offer, resolveHost, clock, options.signallingAddress);
    const agreement =
      offer === undefined ? undefined : answerOffer(offer, { ...local, address: '127.0.0.1', port: 9 }).agreement;
    this.mustBeReady();
    this.mustHaveRoom();
    const remote = new RemoteDescription(String(randomInt(2 ** 47)));
    let channel: Channel | undefined;
    let endpoint: FreeswitchEndpoint | undefined;
    let ended = false;
    const forget = (): void => {
      if (channel !== undefined && this.channels.get(channel.id) === channel) this.channels.delete(channel.id);
    };
    const gone = (): void => {
      ended = true;
      channel?.reach('gone');
      endpoint?.die(new KozpontError('MEDIA_UNAVAILABLE', 'FreeSWITCH has ended the channel'));
    };
    this.inviting++;
    const known = (): void => {
      if (--this.inviting === 0) this.early.clear();
    };
    try {
      const { leg, answer } = await Leg.invite(
        this.parts.connection,
        {
          clock: this.parts.clock,
          uri: this.parts.uri,
          offer: remote.write(agreement) ?? '',
          follows: mayBeElsewhere(agreement?.remote?.address, options.signallingAddress, this.parts.mediaFrom),
          within: this.parts.inviteWithin,
        },
        {
          sent: callId => {
            channel = new Channel(channelId(callId), this.parts.clock, this.parts.changeWithin);
            this.channels.set(channel.id, channel);
            if (this.early.has(channel.id)) channel.reach('parked');
          },
          ended: gone,
        },
      );
      try {
        if (channel === undefined) throw new KozpontError('MEDIA_UNAVAILABLE', 'the INVITE had no Call-ID');
        const context = {
          clock: this.parts.clock,
          log: this.parts.log,
          server: this.name,
          socket: this.parts.socket,
          paths: this.parts.paths,
          mediaFrom: this.parts.mediaFrom,
          resolveHost,
          local,
          within: this.parts.changeWithin,
          left: (one: FreeswitchEndpoint) => {
            this.alive.delete(one);
            if (channel !== undefined) this.audit.letGo(channel.id);
          },
          forget,
        };
        endpoint = new FreeswitchEndpoint(context, options, { leg, channel, at: addressIn(answer), remote, offer });
        this.mustBeReady();
        if (ended) throw new KozpontError('MEDIA_UNAVAILABLE', 'FreeSWITCH has ended the channel at once');
      } catch (error) {
        leg.bye().catch(() => {});
        throw error;
      }
    } catch (error) {
      forget();
      throw asMediaError(error);
    } finally {
      known();
    }
    this.alive.add(endpoint);
    return endpoint;
  }

  /** Ends every endpoint, and FreeSWITCH hears of that. Idempotent; `lost` is not told. */
  async close(): Promise<void> {
    if (this.state === 'over') return;
    this.state = 'over';
    const all = [...this.alive];
    for (const one of all) one.die(new KozpontError('MEDIA_UNAVAILABLE', 'the media server was closed'), true);
    this.audit.close();
    await Promise.all(all.map(one => one.destroy()));
    this.parts.socket.close();
    await this.parts.connection.close();
  }

  /** The end that nobody asked for, by the event socket or by the SIP server. */
  fail(error: KozpontError): void {
    if (this.state === 'over') return;
    this.state = 'over';
    this.audit.close();
    this.parts.log.error({ media: this.name, error: error.message }, 'a FreeSWITCH is lost');
    const all = [...this.alive];
    // Whichever of the two connections still stands ends the channels.
    for (const one of all) one.die(new KozpontError('CONNECTION_LOST', error.message), true);
    const ended = Promise.allSettled(all.map(one => one.destroy())).then(async () => {
      this.parts.socket.close();
      await this.parts.connection.close();
    });
    ended.catch(error => this.parts.log.error({ err: error }, 'what was left of a FreeSWITCH could not be closed'));
    this.parts.lost(error);
  }

  event(name: string, fields: Fields): void {
    if (name === 'HEARTBEAT') {
      this.heartbeat = {
        sessions: Number(fields.get('Session-Count') ?? 0),
        maxSessions: Number(fields.get('Max-Sessions') ?? 0),
        cpuIdle: Number(fields.get('Idle-CPU') ?? 0),
      };
      this.strangers = Math.max(0, this.heartbeat.sessions - this.alive.size - this.inviting);
    } else if (name === 'CHANNEL_BRIDGE') {
      for (const side of ['Bridge-A-Unique-ID', 'Bridge-B-Unique-ID']) {
        this.channels.get(fields.get(side) ?? '')?.reach('bridged');
      }
    } else {
      const id = fields.get('Unique-ID') ?? '';
      const channel = this.channels.get(id);
      if (channel !== undefined) channel.take(name, fields);
      else if (name === 'CHANNEL_PARK' && this.inviting > 0) this.early.add(id);
    }
  }

  /** Ends what an earlier life of this application has left behind. Only before the first endpoint. */
  async sweep(application: Encoded): Promise<void> {
    await this.parts.socket.api(text`hupall NORMAL_CLEARING sip_to_user ${application}`);
  }

  /**
   * FreeSWITCH refuses the session with which it reaches its limit, and forgets to end it: after some of these it takes
   * no call at all (1.11.1). So it is not led there.
   */
  private mustHaveRoom(): void {
    const most = this.heartbeat?.maxSessions ?? this.parts.maxSessions;
    if (!(most > 0) || this.alive.size + this.inviting + this.strangers + 1 < most) return;
    throw new KozpontError('MEDIA_UNAVAILABLE', `the media server ${this.name} has its ${most} sessions`);
  }

  private mustBeReady(): void {
    if (this.state === 'over') throw new KozpontError('MEDIA_UNAVAILABLE', `the media server ${this.name} is gone`);
  }
}

/** Sessions or processor, whichever is nearer to its end. Our endpoints count at once, the others at the next heartbeat. */
export function loadOf(endpoints: number, heartbeat: FreeswitchLoad | undefined): number {
  // As shipped; FreeSWITCH tells its own limit within seconds.
  const { sessions, maxSessions, cpuIdle } = heartbeat ?? { sessions: 0, maxSessions: 1_000, cpuIdle: 100 };
  const full = maxSessions > 0 ? Math.max(endpoints, sessions) / maxSessions : 1;
  return Math.min(1, Math.max(full, 1 - cpuIdle / 100));
}

/** Whoever wants an endpoint asks elsewhere in any case. */
const asMediaError = (error: unknown): KozpontError =>
  isKozpontError(error, 'INVALID_SDP') || isKozpontError(error, 'MEDIA_UNAVAILABLE')
    ? error
    : new KozpontError('MEDIA_UNAVAILABLE', messageOf(error), { cause: error });

import { KozpontError, messageOf } from '../../base/errors.ts';
import type { Facing } from '../../base/facing.ts';
import type { EndpointOptions, MediaEndpoint, MediaServer } from '../../media/port.ts';
import type { AudioCodec, LocalAudio } from '../../media/sdp/agreement.ts';
import { answerOffer } from '../../media/sdp/negotiate.ts';
import { parseSdp } from '../../media/sdp/parse.ts';
import { hasNames, type ResolveHost, withAddresses } from '../../media/sdp/resolve.ts';
import { LocalAddresses } from '../network/localAddresses.ts';
import { SoundLibrary } from './audio/soundLibrary.ts';
import { ToneGenerator } from './audio/tones.ts';
import { describedIn, EmbeddedEndpoint, type EndpointContext } from './endpoint.ts';
import { RtpEngine, type RtpEngineOptions, type RtpMetrics } from './rtpEngine.ts';
import { type Face, type FaceRules, faceFor } from './socket/face.ts';

export interface EmbeddedMediaOptions extends RtpEngineOptions {
  /** What our descriptions tell a far end at `remote`, an IP address; undefined: the address that its media come from. */
  readonly advertised?: (remote: string) => string | undefined;
  /** From where else than described the media of a far end may come that signals from an address; undefined: nowhere. */
  readonly mediaFrom?: (signalling: string) => ((address: string) => boolean) | undefined;
  /** For names in the place of addresses; absent: they are refused. */
  readonly resolveHost?: ResolveHost;
  /** In the order in which we offer them. */
  readonly codecs?: readonly AudioCodec[];
  /** Bytes of encoded sound that are kept at hand: 64 MiB, which is more than an hour. */
  readonly soundCache?: number;
}

export interface EmbeddedMetrics extends RtpMetrics {
  readonly endpoints: number;
  /** Bytes of encoded sound at hand. */
  readonly soundCache: number;
}

/** The payload type of telephone events in our offers, as most phones have it. */
const telephoneEvent = 101;

/** The media server that runs in this process. */
export const createEmbeddedMedia = (options: EmbeddedMediaOptions): EmbeddedMedia => new EmbeddedMedia(options);

/** Where its signalling comes from, if nothing else is known. */
const asSeen = (facing: Facing, { signallingAddress }: EndpointOptions): Facing =>
  facing.remote !== undefined || signallingAddress === undefined ? facing : { ...facing, remote: signallingAddress };

export class EmbeddedMedia implements MediaServer {
  readonly name = 'embedded';
  readonly ready = true;

  private readonly engine: RtpEngine;
  private readonly rules: FaceRules;
  private readonly context: EndpointContext;
  private readonly alive = new Set<EmbeddedEndpoint>();

  constructor(private readonly options: EmbeddedMediaOptions) {
    const { clock, log } = options;
    this.engine = new RtpEngine(options);
    const { bind, advertised = () => undefined } = options;
    this.rules = { bind, advertised, machine: new LocalAddresses(clock) };
    this.context = {
      clock,
      log,
      sounds: new SoundLibrary(clock, log, options.soundCache ?? 64 * 2 ** 20),
      tones: new ToneGenerator(),
      read: (sdp, signalling) => {
        const description = parseSdp(sdp);
        if (options.resolveHost === undefined || !hasNames(description)) return description;
        return withAddresses(description, options.resolveHost, clock, signalling);
      },
      mediaFrom: options.mediaFrom ?? (() => undefined),
      faceFor: (facing, described) => faceFor(this.rules, facing, described),
      move: (session, address) => this.engine.move(session, address),
    };
  }

  get endpoints(): number {
    return this.alive.size;
  }

  get metrics(): EmbeddedMetrics {
    return { ...this.engine.metrics(), endpoints: this.alive.size, soundCache: this.context.sounds.bytes };
  }

  async createEndpoint(options: EndpointOptions): Promise<MediaEndpoint> {
    // Judged before a port is taken: offers that are no good must not use ports up.
    const offer =
      options.offer === undefined ? undefined : await this.context.read(options.offer, options.signallingAddress);
    const seen = options.facing ?? [];
    const faces = (seen.length === 0 ? [{}] : seen).map(facing =>
      faceFor(this.rules, asSeen(facing, options), describedIn(offer)),
    );
    const [face] = faces as [Face];
    if (offer !== undefined) answerOffer(offer, this.localAudio(face.told, 9));
    let endpoint: EmbeddedEndpoint | undefined;
    const session = await this.engine.openSession(
      {
        digit: (digit, way) => endpoint?.digit(digit, way),
        elsewhere: source => endpoint?.elsewhere(source),
        broken: error => endpoint?.die(new KozpontError('MEDIA_UNAVAILABLE', `its socket failed: ${messageOf(error)}`)),
      },
      [...new Set(faces.map(({ bind }) => bind))],
    );
    try {
      const created: EmbeddedEndpoint = new EmbeddedEndpoint(
        this.context,
        options,
        session,
        this.localAudio(face.told, session.ports.port),
        face.bind,
        offer,
        () => this.alive.delete(created),
      );
      endpoint = created;
      this.alive.add(created);
      return created;
    } catch (error) {
      session.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const closed = new KozpontError('MEDIA_UNAVAILABLE', 'the media server was closed');
    const all = [...this.alive];
    for (const endpoint of all) endpoint.die(closed);
    this.engine.close();
    await Promise.all(all.map(endpoint => endpoint.destroy()));
  }

  private localAudio(address: string, port: number): LocalAudio {
    return {
      address,
      port,
      codecs: this.options.codecs ?? ['PCMA', 'PCMU'],
      telephoneEvent,
      direction: 'sendrecv',
    };
  }
}

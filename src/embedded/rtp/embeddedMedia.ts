import { KozpontError, messageOf } from '../../base/errors.ts';
import type { EndpointOptions, MediaEndpoint, MediaServer } from '../../media/port.ts';
import type { AudioCodec, LocalAudio } from '../../media/sdp/agreement.ts';
import { answerOffer } from '../../media/sdp/negotiate.ts';
import { parseSdp } from '../../media/sdp/parse.ts';
import { SoundLibrary } from './audio/soundLibrary.ts';
import { ToneGenerator } from './audio/tones.ts';
import { EmbeddedEndpoint, type EndpointContext } from './endpoint.ts';
import { RtpEngine, type RtpEngineOptions, type RtpMetrics } from './rtpEngine.ts';

export interface EmbeddedMediaOptions extends RtpEngineOptions {
  /** The IP address in our descriptions: where phones reach us. */
  readonly address: string;
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

export class EmbeddedMedia implements MediaServer {
  readonly name = 'embedded';
  readonly ready = true;

  private readonly engine: RtpEngine;
  private readonly context: EndpointContext;
  private readonly alive = new Set<EmbeddedEndpoint>();

  constructor(private readonly options: EmbeddedMediaOptions) {
    const { clock, log } = options;
    this.engine = new RtpEngine(options);
    this.context = {
      clock,
      log,
      sounds: new SoundLibrary(clock, log, options.soundCache ?? 64 * 2 ** 20),
      tones: new ToneGenerator(),
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
    const offer = options.offer === undefined ? undefined : parseSdp(options.offer);
    if (offer !== undefined) answerOffer(offer, this.localAudio(9));
    let endpoint: EmbeddedEndpoint | undefined;
    const session = await this.engine.openSession({
      digit: digit => endpoint?.digit(digit),
      broken: error => endpoint?.die(new KozpontError('MEDIA_UNAVAILABLE', `its socket failed: ${messageOf(error)}`)),
    });
    try {
      const created: EmbeddedEndpoint = new EmbeddedEndpoint(
        this.context,
        options,
        session,
        this.localAudio(session.ports.port),
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

  private localAudio(port: number): LocalAudio {
    return {
      address: this.options.address,
      port,
      codecs: this.options.codecs ?? ['PCMA', 'PCMU'],
      telephoneEvent,
      direction: 'sendrecv',
    };
  }
}

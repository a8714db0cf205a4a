/** What was gathered, before anybody judges it. Where something could not be found out it is undefined. */
import type { Duration } from '../base/clock.ts';
import type { FreeswitchServer, Listener, ServerAddress } from '../config/config.ts';

/** Why a server could not be asked. */
export interface Failure {
  /**
   * `unreachable`: no connection; `silent`: it took the connection, and said nothing in time; `foreign`: it speaks
   * another protocol; `denied`: our address is not wanted; `refused`: our secret is wrong.
   */
  readonly kind: 'unreachable' | 'silent' | 'foreign' | 'denied' | 'refused';
  readonly detail: string;
}

/** Where its control port answers although nobody is to reach it there: addresses of this machine. */
interface Exposure {
  readonly exposedAt: readonly string[];
}

export interface DrachtioFacts extends Exposure {
  readonly server: Pick<ServerAddress, 'host' | 'port'>;
  readonly answer: DrachtioAnswer | Failure;
}

export interface DrachtioAnswer {
  readonly kind: 'answered';
  /** As it calls itself: `v0.9.10`. */
  readonly version: string;
  /** Where it speaks SIP: `udp/192.0.2.7:5060`. */
  readonly listeners: readonly string[];
}

export interface FreeswitchFacts extends Exposure {
  readonly server: Omit<FreeswitchServer, 'secret'>;
  /** Whether it runs on this machine, as far as its address tells. */
  readonly local: boolean;
  readonly answer: FreeswitchAnswer | Failure;
}

export interface FreeswitchAnswer {
  readonly kind: 'answered';
  readonly version: string;
  /** Of those that Kozpont needs. */
  readonly missingModules: readonly string[];
  readonly apiExpansion: boolean | undefined;
  readonly maxSessions: number | undefined;
  readonly sessionsPerSecond: number | undefined;
  /** Its clock less ours. */
  readonly clockSkew: Duration | undefined;
  /** `rtp_secure_media_inbound`, or `rtp_secure_media` where that is not set; '' where neither is. */
  readonly secureMedia: string;
  readonly ports: { readonly from: number; readonly to: number } | undefined;
  /** Parameters of the SIP profile that is for us; undefined: it has none of that name. */
  readonly profile: Readonly<Record<string, string>> | undefined;
  /** Whether that profile runs. */
  readonly profileRuns: boolean;
  /** The dialplan of that profile answers, and parks what it has answered. */
  readonly parks: boolean;
  /** Of those that it must set on each channel. */
  readonly missingVariables: readonly string[];
  readonly contexts: readonly string[];
  readonly users: number;
  /** Parameters of its event socket. */
  readonly eventSocket: Readonly<Record<string, string>>;
  readonly folders: readonly SeenFolder[];
}

export interface SeenFolder {
  readonly here: string;
  readonly there: string;
  readonly seen: boolean;
}

/**
 * `free`; `sip`: something answers SIP there, which may be Kozpont; `taken`: by something else; `elsewhere`: no address
 * of this machine; `forbidden`: not for this user.
 */
export type PortState = 'free' | 'sip' | 'taken' | 'elsewhere' | 'forbidden';

export interface ListenerFacts {
  readonly listener: Listener;
  readonly state: PortState;
}

export interface RtpFacts {
  /** Of the range; all of them, or so many that stand for it. */
  readonly tried: number;
  readonly taken: number;
  /** `media.address` is an address of this machine. */
  readonly addressIsOurs: boolean;
}

export interface FolderFacts {
  readonly setting: 'state' | 'prompts' | 'dialplan' | 'records';
  readonly path: string;
  /** What is needed and missing: undefined where all is well. */
  readonly problem: string | undefined;
}

export interface VoiceFacts {
  readonly language: string;
  /** What the speech program said; undefined: it spoke. */
  readonly problem: string | undefined;
}

export interface MachineFacts {
  /** The soft limit of open files; undefined: not known. */
  readonly openFiles: number | undefined;
  /** Bytes that a socket may ask for (`net.core.rmem_max`). */
  readonly receiveBuffer: number | undefined;
  /** The ports that the system gives out by itself, and those among them that it leaves alone. */
  readonly ephemeral:
    | { readonly from: number; readonly to: number; readonly reserved: readonly (readonly [number, number])[] }
    | undefined;
  /** Whether something keeps the clock right; undefined: it cannot be seen. */
  readonly clockSynchronised: boolean | undefined;
  /** How far the system clock moved against a counter while we looked. */
  readonly clockStep: Duration;
  readonly addresses: readonly string[];
}

export interface Facts {
  readonly machine: MachineFacts;
  readonly folders: readonly FolderFacts[];
  readonly voices: readonly VoiceFacts[];
  /** Of the embedded engine alone. */
  readonly listeners: readonly ListenerFacts[];
  readonly rtp: RtpFacts | undefined;
  readonly advertised: { readonly sip: string; readonly media: string };
  /** Of the engine drachtio alone. */
  readonly drachtio: DrachtioFacts | undefined;
  readonly freeswitch: readonly FreeswitchFacts[];
}

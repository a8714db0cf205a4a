/** What an operator of the server sets, checked and complete: nothing downstream sees YAML or the environment. */
import type { Duration } from '../base/clock.ts';
import type { Numbering } from '../base/numbers/oneForm.ts';
import type { Position } from '../base/position.ts';

/** As dialplans name them. */
export const trunkNames = ({ trunks }: Pick<Config, 'trunks'>): readonly string[] => trunks.map(({ name }) => name);

export interface Config {
  /** The name of this Kozpont among those that share media servers: whose channels are whose. The same after a restart. */
  readonly node: string;
  readonly engine: Engine;
  readonly sip: SipSettings;
  readonly media: MediaSettings;
  readonly trunks: readonly Trunk[];
  readonly files: Files;
  readonly tts: TtsSettings;
  readonly log: { readonly level: LogLevel };
  readonly limits: Limits;
  readonly api: ApiSettings;
  /** By extension; what is not there has `defaultPhone`. */
  readonly phones: Readonly<Record<string, PhoneOptions>>;
}

/** What signals and media run on. */
export type Engine =
  | { readonly kind: 'embedded' }
  | {
      readonly kind: 'drachtio';
      readonly drachtio: ServerAddress;
      /** At least one; no two have the same name or the same address. */
      readonly freeswitch: readonly FreeswitchServer[];
    };

/** A server that we connect to over TCP, and the secret that it asks for. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  /** Never one that everybody knows. */
  readonly secret: string;
}

/** A media server; host and port are those of its event socket. */
export interface FreeswitchServer extends ServerAddress {
  /** For logs and metrics. */
  readonly name: string;
  /** The SIP profile that is for us. */
  readonly profile: string;
  /** The same files, as we name them and as it does; the longest of ours first. See `pathOnServer`. */
  readonly paths: readonly SharedPath[];
  /** Its RTP ports, where they are known: both ends belong to the range. */
  readonly ports: { readonly from: number; readonly to: number; readonly at: Position } | undefined;
}

/** A folder that we share with a media server. Both are absolute and end without a slash. */
export interface SharedPath {
  readonly here: string;
  readonly there: string;
}

export interface SipSettings {
  readonly listeners: readonly Listener[];
  /** The IP address that phones and trunks are told to reach us at. */
  readonly advertise: Advertise;
  /** The protection domain of digest authentication (RFC 7616). */
  readonly realm: string;
}

/**
 * `auto`: the address of ours that the far end has reached, or that the routes to it lead from. An IP address: for all of
 * its family. Else by networks; who is in none is told as with `auto`.
 */
export type Advertise = 'auto' | string | readonly AdvertiseRule[];

export interface AdvertiseRule {
  /** Networks in CIDR notation; undefined: everybody else. */
  readonly from: readonly string[] | undefined;
  readonly address: 'auto' | string;
}

export interface Listener {
  readonly transport: 'udp' | 'tcp';
  /** An IP address; `0.0.0.0` or `::` is every one of the machine's. */
  readonly address: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Where it is set, for the message when the port is taken. */
  readonly at: Position;
}

export interface MediaSettings {
  /** The IP address that RTP sockets are bound to; `0.0.0.0` or `::`: whichever of the machine's serves the far end. */
  readonly address: string;
  /** The IP address in our session descriptions; `auto`: as with SIP. */
  readonly advertise: Advertise;
  /** RTP takes the even ports, RTCP the odd ones. Both ends belong to the range. */
  readonly ports: { readonly from: number; readonly to: number; readonly at: Position };
  /** How long a port is left alone after its call. */
  readonly rest: Duration;
}

/** Where calls to our numbers come from. */
export interface Trunk {
  readonly name: string;
  /** Networks in CIDR notation. */
  readonly from: readonly string[];
  /** Other networks that its media may come from, in CIDR notation, or anywhere; undefined: as for a phone. */
  readonly mediaFrom: readonly string[] | 'any' | undefined;
  /** New calls a second, in place of `limits.callsPerSecondPerSource`. */
  readonly callsPerSecond: number | undefined;
  /** How its network writes numbers; where it has no country, the one of the dialplan counts. */
  readonly numbering: Numbering;
}

/** Absolute paths. */
export interface Files {
  readonly dialplan: string;
  readonly prompts: string;
  /** Everything that Kozpont writes by itself stands in here. */
  readonly state: string;
  readonly credentials: string;
  readonly promptCache: string;
  /** The versions of the dialplan that took calls. */
  readonly versions: string;
  readonly records: string;
  /** Where live calls are written down, for the process that is started after a crash. */
  readonly calls: string;
  /** Where the running Kozpont's API is, and the token that may stop it. */
  readonly api: string;
  /** Where phones are, for the process after this one. */
  readonly registrations: string;
  /** The calendars that are opened or closed by hand. */
  readonly overrides: string;
}

export interface TtsSettings {
  readonly engine: TtsEngine;
  /** By language; where none is given the voice has the language's name. */
  readonly voices: Readonly<Record<string, string>>;
  /** For one prompt. */
  readonly timeout: Duration;
}

/**
 * `command`: a program and its arguments, never given to a shell. The text comes on its standard input; the WAV goes
 * to the file that `{output}` stands for, or to its standard output where no argument has `{output}`.
 * `{language}` and `{voice}` are filled in, too.
 */
export type TtsEngine =
  | { readonly kind: 'builtin' /** Words a minute. */; readonly speed: number }
  | { readonly kind: 'command'; readonly command: readonly [string, ...string[]] };

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

export interface Limits {
  /** At once. */
  readonly calls: number;
  readonly callsPerSecond: number;
  /** Of one trunk, one extension, or one address that nobody has proved to be behind. */
  readonly callsPerSecondPerSource: number;
  /** New calls are refused while timers are later than this. */
  readonly eventLoopDelay: Duration;
  /** `nat`: the longest for a phone behind a NAT over UDP. */
  readonly registration: { readonly min: Duration; readonly max: Duration; readonly nat: Duration };
  /** How long calls in progress may go on after SIGTERM. */
  readonly drain: Duration;
}

export interface ApiSettings {
  /** Undefined: there is no API. */
  readonly listen: { readonly address: string; readonly port: number; readonly at: Position } | undefined;
  /** Names in the Host of requests that are this server's, beside loopback and the address that is reached. */
  readonly hosts: readonly string[];
}

export interface PhoneOptions {
  /**
   * How the phone is told how its blind transfer goes (RFC 3515, §2.4.4): `progress` as it goes, `immediate` a 200 at
   * once, which frees the operator; `auto` is `immediate` for all phones but those that stay on the line all the same.
   */
  readonly transferNotify: 'auto' | 'progress' | 'immediate';
}

export const defaultPhone: PhoneOptions = { transferNotify: 'auto' };

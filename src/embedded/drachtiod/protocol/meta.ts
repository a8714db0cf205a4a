/** What stands between the kind of a frame and the SIP message in it: where the message came from, or went to. */
import type { Instant } from '../../../base/clock.ts';

export interface MessageMeta {
  /** `network`: received; `application`: sent for an application. */
  readonly source: 'network' | 'application';
  readonly bytes: number;
  readonly protocol: string;
  /** The peer's for what was received, ours for what was sent: as drachtio-server has it. */
  readonly address: string;
  readonly port: number;
  readonly time: Instant;
}

const two = (n: number): string => (n < 10 ? `0${n}` : String(n));

/** `hh:mm:ss.uuuuuu`, UTC. */
export const showTime = (at: Instant): string => {
  const ofDay = Math.floor((at % 86_400_000) * 1000);
  const seconds = Math.floor(ofDay / 1_000_000);
  const micros = String(ofDay % 1_000_000).padStart(6, '0');
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${micros}`;
};

/** `source|bytes|protocol|address|port|time` */
export const showMeta = (meta: MessageMeta): string =>
  `${meta.source}|${meta.bytes}|${meta.protocol}|${meta.address}|${meta.port}|${showTime(meta.time)}`;

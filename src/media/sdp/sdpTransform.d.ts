/** What we use of sdp-transform, which ships no types. Everything may be missing: the parser skips what it does not know. */
declare module 'sdp-transform' {
  export interface Connection {
    version: number | string;
    ip: string;
  }

  export interface RtpMap {
    payload: number | string;
    codec: string;
    rate?: number | string;
  }

  export interface ParsedMedia {
    connection?: Connection;
    direction?: string;
    rtp: RtpMap[];
    fmtp: { payload: number | string; config: string }[];
    ptime?: number | string;
    maxptime?: number | string;
    rtcp?: { port: number | string; address?: string };
    rtcpMux?: string;
  }

  export interface ParsedSession {
    origin?: {
      username: string;
      sessionId: number | string;
      sessionVersion: number | string;
      netType: string;
      ipVer: number;
      address: string;
    };
    name?: string;
    connection?: Connection;
    direction?: string;
    timing?: { start: number; stop: number };
    media: ParsedMedia[];
  }

  export type WrittenMedia = Partial<ParsedMedia> & {
    type: string;
    port: number;
    protocol: string;
    payloads: string;
  };

  export type WrittenSession = Omit<ParsedSession, 'media'> & { version: number; media: WrittenMedia[] };

  const sdpTransform: {
    parse(text: string): ParsedSession;
    write(session: WrittenSession): string;
  };
  export default sdpTransform;
}

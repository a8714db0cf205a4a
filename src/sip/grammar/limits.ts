/** What a message may cost us; held before anything in it is interpreted. */
export interface ParseLimits {
  /** Bytes, header section and body together. */
  readonly messageSize: number;
  /** Bytes. */
  readonly startLineLength: number;
  /** Bytes of one header field, its folded lines included. */
  readonly headerLength: number;
  /** Header fields, each element of a comma-separated list counted. */
  readonly headerCount: number;
}

/** A UDP datagram at its largest; RFC 4475's longest message has 3515 bytes and 34 values of Via. */
export const defaultParseLimits: ParseLimits = {
  messageSize: 65_536,
  startLineLength: 8_192,
  headerLength: 8_192,
  headerCount: 256,
};

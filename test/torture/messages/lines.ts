/** Lines of a message, each ended by CRLF, and the empty line behind them. */
export const lines = (...all: readonly string[]): Buffer => Buffer.from(`${all.join('\r\n')}\r\n\r\n`);

export const sdp = [
  'v=0',
  'o=- 20518 1 IN IP4 203.0.113.7',
  's=-',
  'c=IN IP4 203.0.113.7',
  't=0 0',
  'm=audio 30000 RTP/AVP 8 0 101',
  'a=rtpmap:101 telephone-event/8000',
  '',
].join('\r\n');

/** Header fields with a session description behind them. */
export const withSdp = (...all: readonly string[]): Buffer =>
  Buffer.concat([
    lines(...all, 'Content-Type: application/sdp', `Content-Length: ${Buffer.byteLength(sdp)}`),
    Buffer.from(sdp),
  ]);

import { lines, sdp, withSdp } from './lines.ts';

const head = (method: string, id: string): readonly string[] => [
  `Via: SIP/2.0/UDP 203.0.113.9;branch=z9hG4bK${id}`,
  'Max-Forwards: 70',
  'From: <sip:zs@example.org>;tag=1',
  'To: <sip:kozpont@example.org>',
  `Call-ID: ${id}-7@example.org`,
  `CSeq: 95 ${method}`,
];

/** RFC 4475, §3.2 to §3.4: well formed, and asking for trouble. Messages of our own with the traits of the RFC's, under its names. */
export const semantic: Readonly<Record<string, Buffer>> = {
  badbranch: lines(
    'OPTIONS sip:kozpont@example.org SIP/2.0',
    'Via: SIP/2.0/UDP 203.0.113.9;branch=z9hG4bK',
    ...head('OPTIONS', 'badbranch').slice(1),
    'l: 0',
  ),

  insuf: withSdp(
    'INVITE sip:kozpont@example.org SIP/2.0',
    'CSeq: 95 INVITE',
    'Via: SIP/2.0/UDP 203.0.113.9;branch=z9hG4bKinsuf',
  ),

  unkscm: lines('OPTIONS pigeon:loft-3 SIP/2.0', ...head('OPTIONS', 'unkscm'), 'l: 0'),

  novelsc: lines('OPTIONS http.beep://203.0.113.9:3002/x SIP/2.0', ...head('OPTIONS', 'novelsc'), 'l: 0'),

  unksm2: lines(
    'REGISTER sip:example.org SIP/2.0',
    'To: urn:nbn:hu-12345',
    'From: <https://example.org/>;tag=1',
    'Call-ID: unksm2-7@example.org',
    'CSeq: 95 REGISTER',
    'Max-Forwards: 70',
    'Via: SIP/2.0/UDP 203.0.113.9;branch=z9hG4bKunksm2',
    'Contact: <pigeon:loft-3>',
    'l: 0',
  ),

  bext01: lines(
    'OPTIONS sip:kozpont@example.org SIP/2.0',
    ...head('OPTIONS', 'bext01'),
    'Require: time-travel, 100rel,telepathy',
    'Proxy-Require: teleport',
    'l: 0',
  ),

  invut: Buffer.concat([
    lines(
      'INVITE sip:kozpont@example.org SIP/2.0',
      ...head('INVITE', 'invut'),
      'Contact: <sip:zs@203.0.113.9>',
      'Content-Type: application/x-pigeon',
      'l: 4',
    ),
    Buffer.from('coo!'),
  ]),

  regaut01: lines(
    'REGISTER sip:example.org SIP/2.0',
    ...head('REGISTER', 'regaut01'),
    'Authorization: Handshake firmness=9',
    'Content-Length:0',
  ),

  multi01: withSdp(
    'INVITE sip:kozpont@example.org SIP/2.0',
    ...head('INVITE', 'multi01'),
    'Contact: <sip:zs@203.0.113.9>',
    'To: <sip:other@example.org>',
    'Call-ID: multi01-8@example.org',
    'CSeq: 96 INVITE',
    'Max-Forwards: 3',
    'From: <sip:other@example.org>;tag=2',
  ),

  mcl01: Buffer.concat([
    lines(
      'OPTIONS sip:kozpont@example.org SIP/2.0',
      ...head('OPTIONS', 'mcl01'),
      'Content-Length: 5',
      'Content-Type: text/plain',
      'l: 9',
    ),
    Buffer.from('who knows'),
  ]),

  bcast: lines(
    'SIP/2.0 200 OK',
    'Via: SIP/2.0/UDP 203.0.113.9;branch=z9hG4bKbcast1',
    'Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bKbcast2',
    'Call-ID: bcast-7@example.org',
    'CSeq: 95 INVITE',
    'From: sip:zs@example.org;tag=1',
    'To: sip:kozpont@example.org;tag=2',
    'Content-Length: 0',
  ),

  zeromf: lines(
    'OPTIONS sip:kozpont@example.org SIP/2.0',
    ...head('OPTIONS', 'zeromf').map(line => (line.startsWith('Max-F') ? 'Max-Forwards: 0' : line)),
    'l: 0',
  ),

  cparam01: lines(
    'REGISTER sip:example.org SIP/2.0',
    ...head('REGISTER', 'cparam01'),
    'Contact: sip:zs@203.0.113.9;feather=white',
    'l: 0',
  ),

  cparam02: lines(
    'REGISTER sip:example.org SIP/2.0',
    ...head('REGISTER', 'cparam02'),
    'Contact: <sip:zs@203.0.113.9;feather=white>',
    'l: 0',
  ),

  regescrt: lines(
    'REGISTER sip:example.org SIP/2.0',
    ...head('REGISTER', 'regescrt'),
    'm: <sip:zs@example.org?Route=%3Csip:edge.example.org;lr%3E>',
    'L:0',
  ),

  sdp01: withSdp(
    'INVITE sip:kozpont@example.org SIP/2.0',
    ...head('INVITE', 'sdp01'),
    'Contact: <sip:zs@203.0.113.9>',
    'Accept: text/x-pigeon',
  ),

  inv2543: Buffer.concat([
    lines(
      'INVITE sip:kozpont@example.org SIP/2.0',
      'Via: SIP/2.0/UDP old.example.org',
      'From: <sip:+3615550100@old.example.org;user=phone>',
      'Record-Route: <sip:kozpont@example.org;maddr=203.0.113.1>',
      'To: sip:+3615550101@example.org;user=phone',
      'Call-ID: inv2543-7@old.example.org',
      'CSeq: 95 INVITE',
      'Content-Type: application/sdp',
    ),
    Buffer.from(sdp),
  ]),
};

import { lines, sdp, withSdp } from './lines.ts';

const invite = (id: string): readonly string[] => [
  'To: sip:kozpont@example.org',
  'From: sip:zs@example.org;tag=1',
  'Max-Forwards: 70',
  `Call-ID: ${id}-7@example.org`,
  'CSeq: 90 INVITE',
  'Contact: <sip:zs@203.0.113.9>',
  `Via: SIP/2.0/UDP 203.0.113.9;branch=z9hG4bK${id}`,
];

const options = (id: string): readonly string[] => [
  `Via: SIP/2.0/UDP 203.0.113.9;branch=z9hG4bK${id}`,
  'Max-Forwards: 70',
  `Call-ID: ${id}-7@example.org`,
  'CSeq: 91 OPTIONS',
];

const parties = ['From: <sip:zs@example.org>;tag=1', 'To: <sip:kozpont@example.org>'];

const response = (id: string): readonly string[] => [
  `Via: SIP/2.0/UDP 203.0.113.9;branch=z9hG4bK${id}`,
  'From: <sip:zs@example.org>;tag=1',
  'To: <sip:kozpont@example.org>;tag=2',
  `Call-ID: ${id}-7@example.org`,
];

const length = (bytes: number | string): string => `Content-Length: ${bytes}`;

/** RFC 4475, §3.1.2: wrong. Messages of our own with the traits of the RFC's, under its names. */
export const invalid: Readonly<Record<string, Buffer>> = {
  badinv01: withSdp(
    'INVITE sip:kozpont@example.org SIP/2.0',
    'To: sip:kozpont@example.org',
    'From: sip:zs@example.org;tag=1',
    'Max-Forwards: 7',
    'Call-ID: badinv01-7@example.org',
    'CSeq: 90 INVITE',
    'Via: SIP/2.0/UDP 203.0.113.9;branch=z9hG4bKbadinv01;,;;,',
    'Contact: "Zs" <sip:zs@example.org>;;',
  ),

  clerr: Buffer.concat([
    lines('INVITE sip:kozpont@example.org SIP/2.0', ...invite('clerr'), 'Content-Type: application/sdp', length(4711)),
    Buffer.from(sdp),
  ]),

  ncl: Buffer.concat([
    lines('INVITE sip:kozpont@example.org SIP/2.0', ...invite('ncl'), 'Content-Type: application/sdp', length(-1)),
    Buffer.from(sdp),
  ]),

  scalar02: lines(
    'REGISTER sip:example.org SIP/2.0',
    'Via: SIP/2.0/UDP 203.0.113.9;branch=z9hG4bKscalar02',
    'To: <sip:zs@example.org>',
    'From: <sip:zs@example.org>;tag=1',
    'CSeq: 2147483648 REGISTER',
    'Call-ID: scalar02-7@example.org',
    'Max-Forwards: 256',
    `Expires: ${'9'.repeat(80)}`,
    'Contact: <sip:zs@203.0.113.9>;expires=18446744073709551616',
    length(0),
  ),

  scalarlg: lines(
    'SIP/2.0 503 Service Unavailable',
    ...response('scalarlg'),
    'CSeq: 4294967296 OPTIONS',
    `Retry-After: ${'9'.repeat(30)}`,
    'Warning: 1370 zs "too far"',
    length(0),
  ),

  quotbal: withSdp(
    'INVITE sip:kozpont@example.org SIP/2.0',
    'To: "Kozpont <sip:kozpont@example.org>',
    ...invite('quotbal').slice(1),
  ),

  ltgtruri: withSdp('INVITE <sip:kozpont@example.org> SIP/2.0', ...invite('ltgtruri')),

  lwsruri: withSdp('INVITE sip:kozpont@example.org; transport=udp SIP/2.0', ...invite('lwsruri')),

  lwsstart: withSdp('INVITE sip:kozpont@example.org  SIP/2.0', ...invite('lwsstart')),

  trws: lines('OPTIONS sip:kozpont@example.org SIP/2.0\t ', ...options('trws'), ...parties, length(0)),

  escruri: withSdp('INVITE sip:kozpont@example.org?Subject=%22now%22 SIP/2.0', ...invite('escruri')),

  baddate: withSdp(
    'INVITE sip:kozpont@example.org SIP/2.0',
    ...invite('baddate'),
    'Date: Mon, 05 Jan 2026 09:00:00 CET',
  ),

  regbadct: lines(
    'REGISTER sip:example.org SIP/2.0',
    'To: sip:zs@example.org',
    'From: sip:zs@example.org;tag=1',
    'Max-Forwards: 70',
    'Call-ID: regbadct-7@example.org',
    'CSeq: 92 REGISTER',
    'Via: SIP/2.0/UDP 203.0.113.9;branch=z9hG4bKregbadct',
    'Contact: sip:zs@203.0.113.9?Priority=urgent',
    length(0),
  ),

  badaspec: lines(
    'OPTIONS sip:kozpont@example.org SIP/2.0',
    ...options('badaspec'),
    'From: "Zs" <sip:zs@example.org>;tag=1',
    'To: "Kozpont" <\tsip:kozpont@example.org >',
    length(0),
  ),

  baddn: lines(
    'OPTIONS sip:kozpont@example.org SIP/2.0',
    ...options('baddn'),
    'From: Example, Zs <sip:zs@example.org>;tag=1',
    'To: Kozpont; the <sip:kozpont@example.org>',
    length(0),
  ),

  badvers: lines(
    'OPTIONS sip:kozpont@example.org SIP/3.1',
    'Via: SIP/3.1/UDP 203.0.113.9;branch=z9hG4bKbadvers',
    ...options('badvers').slice(1),
    ...parties,
    length(0),
  ),

  mismatch01: lines('MESSAGE sip:kozpont@example.org SIP/2.0', ...options('mismatch01'), ...parties, length(0)),

  mismatch02: lines('RING sip:kozpont@example.org SIP/2.0', ...options('mismatch02'), ...parties, length(0)),

  bigcode: lines('SIP/2.0 4294967496 OK', ...response('bigcode'), 'CSeq: 93 INVITE', length(0)),
};

import { expect, test } from 'vitest';
import { asksForRport, nextHop, type Source } from '../../../../src/signalling/registrar/nextHop.ts';
import { parseUri, type SipUri } from '../../../../src/signalling/text/grammar.ts';
import { must } from '../../../support/must.ts';

const uri = (text: string): SipUri => must(parseUri(text)) as SipUri;
const from = (address: string, port: number, changes: Partial<Source> = {}): Source => ({
  address,
  port,
  protocol: 'udp',
  symmetric: true,
  ...changes,
});

test.each([
  ['the contact leads to the source', 'sip:a@192.0.2.1:5062', from('192.0.2.1', 5062), undefined],
  ['and by its default port', 'sip:a@192.0.2.1', from('192.0.2.1', 5060), undefined],
  ['behind a NAT', 'sip:a@10.0.0.7:5060', from('192.0.2.1', 40_000), 'sip:192.0.2.1:40000'],
  [
    'behind a NAT, an old phone',
    'sip:a@10.0.0.7:5060',
    from('192.0.2.1', 40_000, { symmetric: false }),
    'sip:192.0.2.1:40000',
  ],
  [
    'another port of the source, where responses are wanted',
    'sip:a@192.0.2.1:5062',
    from('192.0.2.1', 40_000),
    'sip:192.0.2.1:40000',
  ],
  [
    'a phone that sends from another port',
    'sip:a@192.0.2.1:5062',
    from('192.0.2.1', 40_000, { symmetric: false }),
    undefined,
  ],
  ['a name', 'sip:a@phone.example', from('192.0.2.1', 5060), 'sip:192.0.2.1:5060'],
  ['a way round by maddr', 'sip:a@192.0.2.1:5062;maddr=203.0.113.1', from('192.0.2.1', 5062), 'sip:192.0.2.1:5062'],
  [
    'a connection',
    'sip:a@192.0.2.1:5062;transport=tcp',
    from('192.0.2.1', 5062, { protocol: 'TCP' }),
    'sip:192.0.2.1:5062;transport=tcp',
  ],
  ['IPv6', 'sip:a@[2001:db8::1]:5062', from('2001:db8::1', 5062), undefined],
  ['IPv6 behind something', 'sip:a@[fd00::1]:5062', from('2001:db8::1', 5062), 'sip:[2001:db8::1]:5062'],
])('%s', (_, contact, source, expected) => {
  expect(nextHop(uri(contact), source)).toBe(expected);
});

test('rport is asked for in the topmost Via', () => {
  expect(asksForRport('SIP/2.0/UDP 10.0.0.7;rport;branch=z9hG4bK1')).toBe(true);
  expect(asksForRport('SIP/2.0/UDP 10.0.0.7;branch=z9hG4bK1; RPORT=5060')).toBe(true);
  expect(asksForRport('SIP/2.0/UDP 10.0.0.7;branch=z9hG4bK1,SIP/2.0/UDP 10.0.0.8;rport')).toBe(false);
  expect(asksForRport('SIP/2.0/UDP 10.0.0.7;branch=rporty')).toBe(false);
  expect(asksForRport(undefined)).toBe(false);
});

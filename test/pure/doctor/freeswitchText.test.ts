import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventSocketReader } from '../../../src/doctor/gather/eventSocketFrames.ts';
import { countOf, elementNamed, namesOf, paramsOf } from '../../../src/doctor/gather/freeswitchXml.ts';

describe('messages of an event socket', () => {
  const stream = Buffer.from(
    'Content-Type: auth/request\n\nContent-Type: api/response\nContent-Length: 4\n\nné\nContent-Type: x: y\nReply-Text: +OK\n\n',
  );
  const whole = [
    { headers: { 'content-type': 'auth/request' }, body: '' },
    { headers: { 'content-type': 'api/response', 'content-length': '4' }, body: 'né\n' },
    { headers: { 'content-type': 'x: y', 'reply-text': '+OK' }, body: '' },
  ];

  it('are the same however they are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length)), cuts => {
        const reader = new EventSocketReader();
        const places = [0, ...cuts.sort((a, b) => a - b), stream.length];
        const frames = places.slice(1).flatMap((end, index) => {
          const result = reader.push(stream.subarray(places[index], end));
          if (!result.ok) throw new Error(result.error);
          return result.value;
        });
        expect(frames).toEqual(whole);
      }),
    );
  });

  it.each([
    ['of another protocol', 'SSH-2.0-OpenSSH_9.2\n\n'],
    ['with a length that is none', 'Content-Length: many\n\n'],
    ['with a length beyond reason', 'Content-Length: 99999999999\n\n'],
    ['that never ends', 'a'.repeat(70_000)],
  ])('are refused %s', (_what, text) => {
    expect(new EventSocketReader().push(Buffer.from(text)).ok).toBe(false);
  });
});

describe('the configuration of FreeSWITCH', () => {
  const xml = `<configuration name="sofia.conf"><profiles>
    <profile name="other"><settings><param name="sip-port" value="5060"></param></settings></profile>
    <profile  description='d' name='kozpont'>
      <settings>
        <param name="sip-port" value="5080"></param>
        <param value="a &amp; b" name="user-agent-string"/>
        <param name="sip-port" value="5082"/>
        <param value="nothing"/>
      </settings>
    </profile>
  </profiles></configuration>`;

  it('is looked up', () => {
    expect(namesOf(xml, 'profile')).toEqual(['other', 'kozpont']);
    expect(paramsOf(elementNamed(xml, 'profile', 'kozpont') ?? '')).toEqual({
      'sip-port': '5082',
      'user-agent-string': 'a & b',
    });
    expect(elementNamed(xml, 'profile', 'none')).toBeUndefined();
    expect(countOf('<users><user id="1"/><user id="2"></user></users>', 'user')).toBe(2);
  });
});

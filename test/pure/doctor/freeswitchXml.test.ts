import { describe, expect, it } from 'vitest';
import { countOf, elementNamed, namesOf, paramsOf } from '../../../src/doctor/gather/freeswitchXml.ts';

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

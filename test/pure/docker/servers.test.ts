/** The configuration of the two servers, as it is shipped. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { elementNamed, namesOf, paramsOf } from '../../../src/doctor/gather/freeswitchXml.ts';
import { neededModules } from '../../../src/doctor/needed.ts';
import { xmlFault } from '../../support/wellFormedXml.ts';

const folder = 'docker/freeswitch';
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.xml'));
const textOf = (name: string): string => readFileSync(join(folder, name), 'utf8');
const withoutComments = (text: string): string => text.replace(/<!--[\s\S]*?-->/g, '');
const all = files.map(name => withoutComments(textOf(name))).join('\n');
const params = (name: string): Record<string, string> =>
  paramsOf(withoutComments(textOf(`autoload_configs/${name}.conf.xml`)));

describe('the check of XML', () => {
  it.each([
    ['<a><b></a></b>', '</a>, where </b> was to come'],
    ['<a>', '<a> is never closed'],
    ['<a/><b/>', '2 roots'],
    ['<a><!-- x -- y --></a>', 'a comment with -- in it: x -- y'],
    ['<a b="1" b="2"/>', 'an attribute twice in <a b="1" b="2">'],
    ['<a b="x & y"/>', 'a bare & in <a b="x & y">'],
    ['<a b=1/>', 'at "<a b=1/>"'],
    ['<a/>text', 'text outside: text'],
  ])('finds what is wrong with %s', (text, fault) => {
    expect(xmlFault(text)).toBe(fault);
  });
});

describe('FreeSWITCH', () => {
  it.each(files)('%s is well-formed', name => {
    expect(xmlFault(textOf(name))).toBeUndefined();
  });

  it('has what Kozpont needs loaded, the console, and nothing else', () => {
    const loaded = [...all.matchAll(/<load module="([^"]+)"/g)].map(match => match[1]);
    expect(loaded.sort()).toEqual([...Object.keys(neededModules), 'mod_console'].sort());
  });

  it('takes text for text, and has its caps raised', () => {
    expect(params('switch')).toMatchObject({
      'api-expansion': 'false',
      'rtp-enable-zrtp': 'false',
      'dump-cores': 'no',
    });
    expect(Number(params('switch')['max-sessions'])).toBeGreaterThanOrEqual(2000);
    expect(Number(params('switch')['sessions-per-second'])).toBeGreaterThanOrEqual(200);
  });

  it('has no password but the secret that is drawn, and nobody who could log in', () => {
    expect([...all.matchAll(/name="[^"]*password[^"]*"\s+value="([^"]*)"/gi)].map(match => match[1])).toEqual([
      '$${kozpont_secret}',
    ]);
    expect(all).not.toMatch(/kozpont_secret=|<user[\s>]|<gateway|ClueCon|JambonzR0ck/);
  });

  it('is controlled from loopback alone, unless it is told otherwise', () => {
    const settings = textOf('settings.xml');
    expect(settings).toContain('data="kozpont_control_address=127.0.0.1"');
    expect(params('event_socket')).toMatchObject({
      'listen-ip': '$${kozpont_control_address}',
      'apply-inbound-acl': 'kozpont',
    });
    const profile = paramsOf(elementNamed(all, 'profile', 'kozpont') ?? '');
    expect(profile).toMatchObject({
      'sip-ip': '$${kozpont_control_address}',
      'apply-inbound-acl': 'kozpont',
      'auth-calls': 'false',
      'inbound-use-callid-as-uuid': 'true',
    });
    expect(all).toMatch(/<list name="kozpont" default="deny">/);
    expect(all).not.toMatch(/0\.0\.0\.0|cidr="::\/0"/);
  });

  it('has one profile, one context, and it parks what it answers', () => {
    expect(namesOf(all, 'profile')).toEqual(['kozpont']);
    expect(namesOf(all, 'context')).toEqual(['kozpont']);
    expect(elementNamed(all, 'context', 'kozpont')).toMatch(/application="answer"[\s\S]*application="park"/);
    // Of a call nothing is used (${…}) but what Kozpont itself has written into its INVITE.
    const used = all.replaceAll('$${', '').match(/\$\{[^}]*\}/g);
    expect(used).toEqual([`\${sip_h_X-Disable-Auto-Adjust}`]);
  });

  it('speaks G.711 and no SRTP', () => {
    const settings = withoutComments(textOf('settings.xml'));
    expect(settings).toContain('data="global_codec_prefs=PCMA,PCMU"');
    for (const variable of ['rtp_secure_media', 'rtp_secure_media_inbound', 'rtp_secure_media_outbound']) {
      expect(settings).toContain(`data="${variable}=forbidden"`);
    }
  });
});

describe('drachtio-server', () => {
  const conf = readFileSync('docker/drachtio/drachtio.conf.xml', 'utf8');

  it('has a configuration that is well-formed once it is filled in', () => {
    const filled = conf.replace('<contact@EXTERNAL@>', '<contact external-ip="192.0.2.1">');
    expect(xmlFault(filled)).toBeUndefined();
    expect(xmlFault(conf)).toBeDefined();
  });

  it('takes applications on loopback, with a secret that is drawn', () => {
    expect(conf).toContain('<admin port="@ADMIN_PORT@" secret="@SECRET@">127.0.0.1</admin>');
  });

  it('logs to standard output', () => {
    expect(conf).toContain('<console/>');
    expect(conf).not.toContain('<file>');
  });
});

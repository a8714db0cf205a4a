import { describe, expect, it } from 'vitest';
import { type BannerFacts, banner, serverOf } from '../../../src/cli/banner.ts';
import { parseConfig } from '../../../src/config/load.ts';
import { compileDialplan } from '../../../src/dialplan/index.ts';
import type { Dialplan } from '../../../src/dialplan/plan.ts';

const { value: config } = parseConfig('k.yaml', '', { folder: '/srv', environment: {} });

function planOf(text: string): Dialplan {
  const compiled = compileDialplan(text, 'plan.yaml');
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
  return compiled.value.plan;
}

const planText = `
kozpont: 1
company: { name: Example Ltd, timezone: Europe/Budapest, languages: [en] }
prompts: { welcome: { en: Hello. }, bye: { en: Bye. } }
calendars: { office: { open: { mon-fri: "08:00-17:00" } } }
extensions:
  "10": { name: Reception }
  "101": { name: Anna Kovács }
  "90": { name: Door, contact: "sip:door@192.0.2.9" }
queues:
  reception: { agents: ["10"], maxWait: 1m, overflow: goodbye:bye }
menus:
  main: { greeting: welcome, keys: { 0: queue:reception, 1: extension:101, 2: extension:90 }, noInput: { after: 5s, repeat: 1, then: queue:reception }, invalid: { repeat: 1, then: queue:reception } }
numbers:
  "+3612345678": menu:main
  "+3612345679": { calendar: office, open: menu:main, closed: queue:reception }
transfer: { recall: { otherwise: queue:reception } }
`;
const plan = planOf(planText);

const facts = (more: Partial<BannerFacts> = {}): BannerFacts => {
  if (config === undefined) throw new Error('no config');
  return {
    version: '1.2.3',
    config,
    plan,
    listening: [
      { transport: 'udp', address: '0.0.0.0', port: 5060 },
      { transport: 'tcp', address: '0.0.0.0', port: 5060 },
    ],
    api: { address: '127.0.0.1', port: 9060 },
    advertised: '192.0.2.20',
    dialplanFile: 'dialplans/sample.yaml',
    credentialsFile: 'var/credentials.yaml',
    added: [],
    ...more,
  };
};

describe('the banner', () => {
  it('names the codes that open and close by hand, and whose they are', () => {
    const handled = (override: string): string => {
      const source = planText.replace('"08:00-17:00" }', `"08:00-17:00" }, override: ${override}`);
      return banner(facts({ plan: planOf(source) }));
    };
    expect(handled('"*28"')).toMatch(/\n {2}\*28 +opens and closes office by hand \(from extensions\)\n/);
    expect(handled('{ code: "*28", by: ["10", "101"] }')).toContain('by hand (from 10 and 101)');
  });

  it('tells a newcomer all there is to know', () => {
    expect(
      banner(facts({ added: ['10', '101'] })),
    ).toBe(`Kozpont 1.2.3 is ready: Example Ltd (dialplans/sample.yaml), embedded engine

  SIP                  udp 0.0.0.0:5060, tcp 0.0.0.0:5060
  RTP                  0.0.0.0, UDP ports 20000 to 29999
  phones reach it at   192.0.2.20
  health, metrics      http://127.0.0.1:9060

Numbers of the company
  +36 1 234 5678   → menu main
  +36 1 234 5679   → menu main when open, queue reception when closed

Extensions
  10    Reception
  90    Door          at sip:door@192.0.2.9
  101   Anna Kovács

To register a phone (a softphone such as Linphone or baresip, or one on the desk)
  server 192.0.2.20 (UDP or TCP), user name = extension, for example sip:10@192.0.2.20
  New passwords were made for 10 and 101, in var/credentials.yaml; this prints them all:
      npx kozpont phones

Try first
  1. register a phone as 10 (Reception) and dial +3612345678 from it: this is what a caller hears
  2. register another one as 101 (Anna Kovács), and dial 101
Stop with Ctrl-C.`);
  });

  it('has a call come back where there is a third extension', () => {
    const bea = Object.values(plan.extensions)
      .slice(-1)
      .map(anna => ({ ...anna, number: '102', name: 'Bea' }));
    const extensions = { ...plan.extensions, ...Object.fromEntries(bea.map(each => [each.number, each])) };
    expect(banner(facts({ plan: { ...plan, extensions } }))).toContain(`
  3. answer, and transfer the call from 101 to 102 (Bea), which has no phone yet: it comes back
Stop with Ctrl-C.`);
  });

  it('never prints a password', () => {
    expect(banner(facts())).toContain('The passwords are in var/credentials.yaml; this prints them all:');
  });

  it('sends a newcomer to the menu that is there at any hour', () => {
    const menu = { to: { kind: 'menu', name: 'main' }, at: { file: 'plan.yaml', line: 1, col: 1 } } as const;
    const text = banner(facts({ plan: { ...plan, internalNumbers: { 9: menu } } }));
    expect(text).toContain('  9                → menu main (from extensions)');
    expect(text).toContain('1. register a phone as 10 (Reception) and dial 9 from it');
  });

  it('says which port where it is not the usual one, and brackets IPv6', () => {
    const listening = [
      { transport: 'udp', address: '::', port: 5070 },
      { transport: 'tcp', address: '::', port: 5071 },
      { transport: 'udp', address: '::1', port: 5070 },
    ];
    expect(serverOf({ advertised: '2001:db8::1', listening })).toBe(
      '[2001:db8::1]:5070 (UDP), [2001:db8::1]:5071 (TCP)',
    );
    expect(banner(facts({ listening, advertised: '2001:db8::1' }))).toContain(
      'for example sip:10@[2001:db8::1]:5070\n',
    );
    expect(banner(facts({ listening, advertised: '2001:db8::1' }))).toContain(
      '  SIP                  udp [::]:5070, tcp [::]:5071',
    );
  });

  it('names the media servers where they have the RTP ports', () => {
    const server = { host: '192.0.2.30', port: 8021, secret: 'x', profile: 'kozpont', paths: [], ports: undefined };
    const engine = {
      kind: 'drachtio',
      drachtio: { host: '127.0.0.1', port: 9022, secret: 'y' },
      freeswitch: [
        { ...server, name: 'media1' },
        { ...server, name: 'media2' },
      ],
    } as const;
    if (config === undefined) throw new Error('no config');
    expect(banner(facts({ config: { ...config, engine } }))).toMatch(/\n {2}RTP +media1, media2\n/);
    expect(banner(facts())).toMatch(/\n {2}RTP +0\.0\.0\.0, UDP ports 20000 to 29999\n/);
  });

  it('names extensions that are many by their number', () => {
    const added = Array.from({ length: 9 }, (_, index) => String(index));
    expect(banner(facts({ added }))).toContain('New passwords were made for 9 extensions');
  });
});

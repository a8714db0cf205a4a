import { describe, expect, it } from 'vitest';
import { bigDialplan } from '../../../src/bench/bigDialplan.ts';
import { parseMoment, wallClock } from '../../../src/dialplan/calendar/moment.ts';
import { compileDialplan, type Dialplan, numberFor } from '../../../src/dialplan/index.ts';
import { explainText, mapOf, mermaid, outlineText, svg } from '../../../src/dialplan/map/index.ts';
import { layoutOf } from '../../../src/dialplan/map/layout.ts';
import { must } from '../../support/must.ts';

const text = `kozpont: 1
company: { name: Example, timezone: Europe/Budapest, languages: [en, hu] }
prompts: { welcome: { en: 'Press 1 for "sales" & <more>.', hu: Hu }, bye: { en: Goodbye., hu: Viszlát. } }
calendars: { office: { open: { mon-fri: "08:00-17:00" } } }
extensions:
  "101": { name: Anna }
  "102": { name: Bea }
  "103": { name: Csaba, failover: { busy: extension:101, otherwise: goodbye:bye } }
groups:
  sales: { members: ["101", "102"], otherwise: goodbye:bye }
menus:
  main:
    greeting: welcome
    directDial: true
    keys: { 1: group:sales, 2: extension:103, 3: { language: hu, then: menu:main } }
    noInput: goodbye:bye
    invalid: goodbye:bye
numbers:
  "+361": { calendar: office, open: menu:main, closed: goodbye:bye }
  "+362*": extension:103
transfer: { recall: { otherwise: goodbye:bye } }
`;

function compiled(source = text): Dialplan {
  const result = compileDialplan(source, 'plan.yaml');
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value.plan;
}

const plan = compiled();
const to101 = { to: ['phone:101', 'extension:101'] };
const monday = Date.parse('2026-11-23T10:00:00Z');
const sunday = Date.parse('2026-11-22T10:00:00Z');

/** Every element is closed in its order, and every attribute is in quotes. */
function wellFormed(xml: string): boolean {
  const open: string[] = [];
  const rest = xml.replace(/<(\/?)([A-Za-z]+)((?: [A-Za-z:-]+="[^"<&]*")*)(\/?)>/g, (_, close, name, __, empty) => {
    if (close === '/') return open.pop() === name ? '' : '<';
    if (empty !== '/') open.push(name);
    return '';
  });
  return open.length === 0 && !/[<>]|&(?!(amp|lt|gt|quot|#39);)/.test(rest);
}

describe('the map of a dialplan', () => {
  it('has every way, and tells what takes a call along it', () => {
    expect(outlineText(mapOf(plan))).toBe(`+361
  office open → menu main
  office closed → goodbye bye
menu main: Press 1 for "sales" & <more>.
  key 1 → group sales
  key 2 → extension 103
  key 3 (hu) → menu main
  an extension is dialled → an extension is dialled
  nothing is pressed, wrong keys → goodbye bye
+362*
  → extension 103
extension 103: Csaba
  busy → extension 101
  no answer, declined, unreachable → goodbye bye
group sales: all at once, 20s
  rings → 101, 102
  nobody answers → goodbye bye
an extension is dialled
  101 is dialled → extension 101
  102 is dialled → extension 102
  103 is dialled → extension 103
extension 101: Anna
  not answered → lost calls
extension 102: Bea
  not answered → lost calls
lost calls: a transfer that nobody takes back
  → goodbye bye`);
  });

  it('draws telephones as one that are met alike, however many they are', () => {
    const many = Array.from({ length: 1000 }, (_, index) => `  "${2000 + index}": { name: Someone }\n`).join('');
    const map = mapOf(compiled(text.replace('extensions:\n', `extensions:\n${many}`)));
    expect(map.nodes.length).toBeLessThan(20);
    expect(map.nodes.map(({ title }) => title)).toContain('extensions 102, 2000, 2001, 2002, 2003 … 2999');
  });

  it('names them in the order of their numbers, in whichever they are met', () => {
    const source = text.replace('members: ["101", "102"]', 'members: ["102", "103", "101"]');
    expect(mapOf(compiled(source)).nodes.map(({ title }) => title)).toContain('101, 102, 103');
  });

  it('goes forward from a number, and keeps to one moment', () => {
    expect(numberFor(plan, '+36 1')).toBe('number:+361');
    expect(numberFor(plan, '+36277')).toBe('number:+362*');
    expect(numberFor(plan, '+363')).toBeUndefined();
    const closed = mapOf(plan, { from: ['number:+361'], at: sunday });
    expect(closed.nodes.map(({ id }) => id)).toEqual(['number:+361', 'goodbye:bye']);
    expect(mapOf(plan, { from: ['number:+361'], at: monday }).nodes.map(({ id }) => id)).toContain('menu:main');
  });

  it('goes backward from an extension: why does it get calls?', () => {
    expect(explainText(plan, to101)).toBe(
      '+361 → office open → menu main → key 1 → group sales → rings → 101\n+362* → extension 103 → busy → extension 101',
    );
    expect(explainText(plan, { ...to101, at: sunday })).toBe('+362* → extension 103 → busy → extension 101');
    expect(explainText(plan, { ...to101, from: ['number:+361'], at: sunday })).toBe('no call comes there');
    const backward = mapOf(plan, to101).nodes.map(({ id }) => id);
    expect(backward).toContain('group:sales');
    expect(backward).not.toContain('goodbye:bye');
    expect(backward).not.toContain('phone:102');
  });

  it('does not take a failover for a way of those who ring in a group', () => {
    const rung = compiled(
      text.replace('{ name: Bea }', '{ name: Bea, failover: extension:103 }').replace('  "+362*": extension:103\n', ''),
    );
    const explained = explainText(rung, { to: ['extension:103', 'phone:103'], from: ['number:+361'] });
    expect(explained).toBe('+361 → office open → menu main → key 2 → extension 103');
  });
});

describe('a drawing', () => {
  it('in Mermaid escapes whatever an admin wrote', () => {
    const drawn = mermaid(mapOf(plan));
    expect(drawn.split('\n')[0]).toBe('flowchart TD');
    expect(drawn).toContain('{{"menu main<br/>Press 1 for #34;sales#34; #38; #60;more#62;."}}');
    for (const line of drawn.split('\n').slice(1))
      expect(line).toMatch(/^ {2}n[0-9]+([[{>(].*[\])}]| -->(\|".*"\|)? n[0-9]+)$/);
  });

  it('in SVG goes to the right where it would be far wider than high, and is well formed', () => {
    const { plan: large } = must(compileDialplan(bigDialplan({ menus: 12, extensions: 30, calendars: 3 }), 'big.yaml'));
    const map = mapOf(large);
    expect(map.nodes.length).toBeGreaterThan(50);
    const { direction, width, height, nodes } = layoutOf(map);
    expect([direction, width < 3.5 * height, height < 3.5 * width]).toEqual(['right', true, true]);
    expect(layoutOf(mapOf(plan)).direction).toBe('down');
    const numbers = nodes.filter(({ kind }) => kind === 'number').map(({ x }) => x);
    const phones = nodes.filter(({ kind }) => kind === 'people').map(({ x }) => x);
    expect(Math.min(...numbers)).toBeLessThan(Math.min(...phones));
    const drawn = svg(map);
    expect(wellFormed(drawn)).toBe(true);
    expect(wellFormed(drawn.replace('</g>', ''))).toBe(false);
  });

  it('in SVG has a box for each place, none on top of another, and well-formed text', () => {
    const map = mapOf(plan);
    const { nodes, edges, width, height } = layoutOf(map);
    expect(nodes).toHaveLength(map.nodes.length);
    expect(edges.length).toBe(map.edges.length - 1);
    expect(nodes.find(({ id }) => id === 'menu:main')?.again).toBe('↻ key 3 (hu)');
    for (const [index, a] of nodes.entries()) {
      expect(a.x - a.width / 2).toBeGreaterThanOrEqual(0);
      expect(a.x + a.width / 2).toBeLessThanOrEqual(width);
      expect(a.y + a.height / 2).toBeLessThanOrEqual(height);
      for (const b of nodes.slice(index + 1)) {
        const apart =
          Math.abs(a.x - b.x) >= (a.width + b.width) / 2 || Math.abs(a.y - b.y) >= (a.height + b.height) / 2;
        expect(apart, `${a.id} and ${b.id}`).toBe(true);
      }
    }
    const drawn = svg(map);
    expect(drawn).toContain('Press 1 for &quot;sales&quot; &amp; &lt;more&gt;.');
    expect(drawn).not.toMatch(/NaN|undefined|Infinity/);
    expect(wellFormed(drawn)).toBe(true);
    expect(drawn.match(/<text/g)?.length).toBe(drawn.match(/<\/text>/g)?.length);
  });
});

describe('a moment on the wall', () => {
  it('is read by the clock of the company', () => {
    const at = (written: string) => {
      const moment = parseMoment(written, 'Europe/Budapest');
      return moment === undefined ? undefined : new Date(moment).toISOString();
    };
    expect(at('2026-12-24T18:05')).toBe('2026-12-24T17:05:00.000Z');
    expect(at('2026-07-01 08:00')).toBe('2026-07-01T06:00:00.000Z');
    expect(at('2026-07-01')).toBe('2026-06-30T22:00:00.000Z');
    expect(at('2026-07-01T08:00Z')).toBe('2026-07-01T08:00:00.000Z');
    // Skipped in spring, and there twice in autumn.
    expect(at('2027-03-28T02:30')).toBe('2027-03-28T01:30:00.000Z');
    expect(at('2026-10-25T02:30')).toBe('2026-10-25T00:30:00.000Z');
    for (const wrong of ['', '18:05', '2026-02-30', '2026-12-24T25:00', 'tomorrow', '2026-12-24T18:05+99']) {
      expect(at(wrong), wrong).toBeUndefined();
    }
    expect(wallClock(Date.parse('2026-12-24T17:05:00Z'), 'Europe/Budapest')).toBe('2026-12-24T18:05');
  });
});

/** Files: what an admin, or a program of theirs, may save. A dialplan, stories, settings, sound. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeWav, parseWav } from '../../../src/base/wav.ts';
import { readYaml } from '../../../src/base/yaml/document.ts';
import { parseConfig } from '../../../src/config/load.ts';
import { compileBytes } from '../../../src/dialplan/load.ts';
import { parseStories } from '../../../src/rehearsal/stories/story.ts';
import { growsWithSizeAlone, repeated } from '../../support/fuzz/growth.ts';
import { mutated } from '../../support/fuzz/mutations.ts';
import { campaign, prototypeNames } from '../../support/fuzz/words.ts';

const file = (path: string): Buffer => readFileSync(new URL(`../../../${path}`, import.meta.url));
const sample = file('dialplans/sample.yaml');
const small = Buffer.from(`kozpont: 1
company: { name: Example, timezone: Europe/Budapest, languages: [en, hu] }
prompts: { farewell: { en: Bye., hu: Viszlát. } }
calendars: { office: { open: { mon-thu: "08:00-17:00", fri: "08:00-15:00" }, holidays: HU, closed: [2026-12-24] } }
extensions: { "10": { name: Reception }, "101": { name: Sales, ringFor: 20s } }
groups: { sales: { members: ["101"], ringFor: 20s, otherwise: queue:reception } }
queues: { reception: { agents: ["10"], maxWait: 5m, overflow: goodbye:farewell } }
menus: { main: { greeting: farewell, keys: { 1: group:sales }, noInput: { after: 5s, repeat: 1, then: queue:reception }, invalid: { say: farewell, repeat: 2, then: queue:reception } } }
transfer: { recall: { otherwise: queue:reception } }
numbers: { "+361": { calendar: office, open: menu:main, closed: goodbye:farewell } }
`);
const settings = file('config/kozpont.yaml');
const stories = file('dialplans/sample.story.yaml');
const words = [
  ...prototypeNames,
  ...prototypeNames.map(name => `${name}: 1\n`),
  ...prototypeNames.map(name => `queue:${name}`),
  ': ',
  '\n  ',
  '- ',
  '&a ',
  '*a',
  '<<: *a\n',
  '!!binary ',
  '!!js/function ',
  '? ',
  '|\n',
  '>-\n',
  '{',
  '}',
  '[',
  ']',
  '#',
  '%YAML 1.1\n---\n',
  '...\n',
  '0x10',
  '1e999',
  '.nan',
  '12:30',
];

it('dialplans that were mangled are compiled, or refused with diagnostics that stand in the file', () => {
  const runs = campaign('dialplans', 2_000);
  fc.assert(
    fc.property(mutated([small, small, small, small, small, small, sample], words), bytes => {
      const result = compileBytes(bytes, 'f.yaml');
      const diagnostics = result.ok ? result.value.diagnostics : result.error;
      if (!result.ok) expect(diagnostics.length).toBeGreaterThan(0);
      for (const { at, message } of diagnostics) {
        expect(at.line).toBeGreaterThan(0);
        expect(message).not.toMatch(/\[native code\]|undefined|\[object Object\]/);
      }
    }),
    runs,
  );
  expect(Object.keys(Object.prototype)).toEqual([]);
}, 1_200_000);

it('a name of Object.prototype is a name as any other', () => {
  for (const name of prototypeNames.filter(one => /^[A-Za-z]/.test(one))) {
    const text = small
      .toString()
      .replaceAll('reception', name)
      .replaceAll('office', name)
      .replaceAll('sales', name)
      .replaceAll('main', name)
      .replaceAll('farewell', name);
    const result = compileBytes(Buffer.from(text), 'f.yaml');
    expect(result.ok ? [] : result.error, name).toEqual([]);
    const missing = compileBytes(
      Buffer.from(small.toString().replaceAll('queue:reception', `queue:${name}`)),
      'f.yaml',
    );
    expect(missing.ok, `queue:${name} is not there`).toBe(false);
  }
});

it('settings and stories that were mangled are read, or refused with diagnostics', () => {
  const runs = campaign('settings and stories', 3_000);
  const source = { folder: '/srv', environment: {} };
  for (const name of prototypeNames.filter(one => /^[A-Za-z]/.test(one))) {
    const { value, diagnostics } = parseConfig('k.yaml', `trunks: { ${name}: { from: [192.0.2.1] } }\n`, source);
    expect(diagnostics).toEqual([]);
    expect(value?.trunks.map(trunk => trunk.name)).toEqual([name]);
  }
  fc.assert(
    fc.property(mutated([settings], words), bytes => {
      const { value, diagnostics } = parseConfig('k.yaml', bytes.toString(), source);
      if (value === undefined) expect(diagnostics.length).toBeGreaterThan(0);
    }),
    runs,
  );
  fc.assert(
    fc.property(mutated([stories], words), bytes => {
      const read = parseStories(bytes.toString(), 's.yaml');
      if (!read.ok) expect(read.error.length).toBeGreaterThan(0);
    }),
    runs,
  );
}, 1_200_000);

it('YAML costs what it is long', () => {
  // A reader of files takes ten times as long for a byte as one of packets: these are few.
  const blocks = [' ', '\n', 'a', '#', 'a: b\r\n', '- ', '? ', 'a:\n ', '- &a x\n', '| \n'];
  for (const unit of [...blocks, '&a ', '*a ', '!a ', '{', '[', ']', ',', '"', '\\', ...prototypeNames.slice(0, 2)]) {
    for (const before of ['', '[', 'a: |\n ']) {
      const make = (size: number): string => repeated(unit, size, before);
      growsWithSizeAlone(`YAML of ${JSON.stringify(unit)} behind ${before}`, 131_072, make, text =>
        readYaml('f', text),
      );
    }
  }
}, 1_200_000);

it('WAV files that were mangled are read, or refused with a sentence', () => {
  const runs = campaign('WAV', 100_000);
  const wav = Buffer.from(encodeWav({ sampleRate: 8000, channels: 1, samples: new Int16Array(64) }));
  const chunk = (name: string, body: Buffer): Buffer => {
    const head = Buffer.from(`${name}    `);
    head.writeUInt32LE(body.length, 4);
    return Buffer.concat([head, body]);
  };
  const listed = Buffer.concat([wav.subarray(0, 36), chunk('LIST', Buffer.alloc(7)), wav.subarray(36)]);
  const odd = ['RIFF', 'WAVE', 'fmt ', 'data', '\xff\xff\xff\xff', '\0\0\0\0', ...prototypeNames];
  fc.assert(
    fc.property(mutated([wav, listed], odd), bytes => {
      const read = parseWav(bytes);
      if (read.ok) expect(2 * read.value.samples.length).toBeLessThanOrEqual(bytes.length);
      else expect(read.error).toMatch(/^(is|has) /);
    }),
    runs,
  );
  const many = (size: number): Buffer =>
    Buffer.concat([wav.subarray(0, 12), ...Array<Buffer>(Math.floor(size / 8)).fill(chunk('LIST', Buffer.alloc(0)))]);
  growsWithSizeAlone('WAV of empty chunks', 4_194_304, many, parseWav);
});

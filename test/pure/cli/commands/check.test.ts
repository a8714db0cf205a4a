import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExitStatus, Surroundings } from '../../../../src/cli/command.ts';
import { command } from '../../../../src/cli/commands/check.ts';

let folder = '';
const right = `kozpont: 1
company: { name: Example, timezone: Europe/Budapest, languages: [en] }
prompts: { bye: Goodbye. }
numbers: { "+3612345678": goodbye:bye }
transfer: { recall: { otherwise: goodbye:bye } }
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kozpont-check-'));
  await writeFile(join(folder, 'right.yaml'), right);
  await writeFile(join(folder, 'odd.yaml'), `${right}calendars: { office: { open: { mon: "08:00-09:00" } } }\n`);
  await writeFile(join(folder, 'wrong.yaml'), right.replace('goodbye:bye }\ntransfer', 'goodbye:by }\ntransfer'));
  await writeFile(join(folder, 'huge.yaml'), '');
  await truncate(join(folder, 'huge.yaml'), 10_000_000);
});

const ofTrunks = `${right.replace('numbers: {', 'numbers: { "+36*@telekom": goodbye:bye, "*@backup": goodbye:bye,')}`;

describe('numbers for the calls of a trunk', () => {
  beforeAll(async () => {
    await writeFile(join(folder, 'trunks.yaml'), ofTrunks);
    const settings = 'trunks: { telecom: { from: [192.0.2.0/24] }, backup: { from: [198.51.100.7] } }\n';
    await writeFile(join(folder, 'settings.yaml'), settings);
    await writeFile(join(folder, 'wrongSettings.yaml'), 'trunk: {}\n');
  });

  it('are right as far as the dialplan goes', async () => {
    expect((await run(['trunks.yaml'])).status).toBe(0);
  });

  it.each([[true], [false]])('must be of one that the settings have, where they are given (proof: %s)', async proof => {
    const { status, out } = await run(['trunks.yaml'], { 'no-proof': !proof }, undefined, 'settings.yaml');
    expect(status).toBe(1);
    expect(out.slice(0, 2)).toEqual([
      'trunks.yaml:4:12 UNKNOWN_TRUNK the settings have no trunk telekom',
      '    → did you mean telecom?',
    ]);
    expect(out.join('\n')).not.toContain('backup');
    expect((await run(['right.yaml'], {}, undefined, 'settings.yaml')).status).toBe(0);
  });

  it('cannot be looked at with settings that are wrong', async () => {
    const { status, err } = await run(['trunks.yaml'], {}, undefined, 'wrongSettings.yaml');
    expect([status, err.join('\n').includes('UNKNOWN_KEY')]).toEqual([2, true]);
  });
});

afterAll(() => rm(folder, { recursive: true }));

async function run(
  rest: string[],
  flags: Record<string, boolean> = {},
  format?: string,
  config?: string,
): Promise<{ status: ExitStatus; out: string[]; err: string[] }> {
  const out: string[] = [];
  const err: string[] = [];
  const surroundings: Surroundings = {
    print: text => out.push(...text.split('\n')),
    complain: text => err.push(...text.split('\n')),
    progress: () => undefined,
    environment: {},
    folder,
    onStopSignal: () => () => undefined,
  };
  const status = await command.run({ text: { format, config }, flags, rest }, surroundings);
  return { status, out, err };
}

describe('kozpont check', () => {
  it('has nothing to say of a right dialplan', async () => {
    expect(await run(['right.yaml'])).toEqual({
      status: 0,
      out: ['1 dialplan checked: 0 errors, 0 warnings'],
      err: [],
    });
  });

  it('says where, what, and what to do', async () => {
    expect(await run(['right.yaml', 'wrong.yaml'])).toEqual({
      status: 1,
      out: [
        'wrong.yaml:4:27 UNKNOWN_PROMPT there is no prompt by to say goodbye with',
        '    → did you mean bye?',
        '2 dialplans checked: 1 error, 0 warnings',
      ],
      err: [],
    });
  });

  it('prints warnings, which are errors only where that is asked for', async () => {
    const warned = await run(['odd.yaml']);
    expect(warned.status).toBe(0);
    expect(warned.out).toEqual([
      'odd.yaml:6:14 UNUSED warning: nothing goes by the calendar office',
      '    → use it, or remove it',
      '1 dialplan checked: 0 errors, 1 warning',
    ]);
    expect((await run(['odd.yaml'], { strict: true })).status).toBe(1);
    expect((await run(['right.yaml'], { strict: true })).status).toBe(0);
  });

  it('tells files that cannot be read apart, and checks the others all the same', async () => {
    const { status, out } = await run(['nowhere.yaml', '.', 'wrong.yaml']);
    expect(status).toBe(2);
    expect(out[0]).toMatch(/^nowhere\.yaml:1:1 FILE_UNREADABLE the file cannot be read: ENOENT/);
    expect(out[2]).toBe('.:1:1 FILE_UNREADABLE this is no regular file');
    expect(out[4]).toMatch(/^wrong\.yaml:4:27 UNKNOWN_PROMPT /);
    expect(out.at(-1)).toBe('3 dialplans checked: 3 errors, 0 warnings');
  });

  it('does not read a file that no dialplan is as long as', async () => {
    const { status, out } = await run(['huge.yaml']);
    expect(status).toBe(1);
    expect(out[0]).toBe('huge.yaml:1:1 YAML_LIMIT the file has 10,000,000 bytes: no dialplan is that long');
  });

  it('reports to scripts and forges with the same exit codes', async () => {
    const json = await run(['right.yaml', 'wrong.yaml'], {}, 'json');
    expect(json.status).toBe(1);
    expect(JSON.parse(json.out.join('\n'))).toMatchObject({
      files: ['right.yaml', 'wrong.yaml'],
      errors: 1,
      warnings: 0,
    });
    expect(await run(['wrong.yaml'], {}, 'github')).toMatchObject({
      status: 1,
      out: [expect.stringContaining('::error file=wrong.yaml,line=4,col=27,title=UNKNOWN_PROMPT::')],
    });
    expect(await run(['right.yaml'], {}, 'github')).toEqual({ status: 0, out: [], err: [] });
    expect((await run(['odd.yaml'], { strict: true }, 'sarif')).status).toBe(1);
    expect(await run(['right.yaml'], {}, 'xml')).toEqual({
      status: 2,
      out: [],
      err: ['kozpont: there is no format xml, but text, json, github, sarif'],
    });
  });

  it('needs a dialplan', async () => {
    const { status, out, err } = await run([]);
    expect(status).toBe(2);
    expect(out).toEqual([]);
    expect(err[0]).toContain('needs a dialplan');
  });

  describe('plays every call', () => {
    const head = right.split('\n').slice(0, 3).join('\n');
    const tail = 'transfer: { recall: { otherwise: goodbye:bye } }\n';
    const hours = 'calendars: { office: { open: { mon-fri: "08:00-16:00" } } }';
    const chain = (length: number): string => {
      const schedules = Array.from({ length }, (_, i) => {
        const open = i + 1 < length ? `schedule:s${i + 1}` : 'goodbye:bye';
        return `  s${i}: { calendar: office, open: ${open}, closed: goodbye:bye }\n`;
      });
      return `${head}\n${hours}\nschedules:\n${schedules.join('')}numbers: { "+3612345678": schedule:s0 }\n${tail}`;
    };
    const queues = (count: number): string => {
      const all = Array.from({ length: count }, (_, i) => {
        const overflow = i + 1 < count ? `queue:q${i + 1}` : 'goodbye:bye';
        return `  q${i}: { agents: ["10"], maxWait: 1h, overflow: ${overflow} }\n`;
      });
      const people = 'extensions: { "10": { name: Desk } }';
      return `${head}\n${people}\nqueues:\n${all.join('')}numbers: { "+3612345678": queue:q0 }\n${tail}`;
    };

    beforeAll(async () => {
      await writeFile(join(folder, 'short.yaml'), chain(60));
      await writeFile(join(folder, 'dropped.yaml'), chain(70));
      await writeFile(join(folder, 'patient.yaml'), queues(3));
      await writeFile(join(folder, 'long.yaml'), queues(6));
    });

    it('and finds nothing where no caller is lost', async () => {
      const { status, out } = await run(['short.yaml', 'patient.yaml'], { strict: true });
      expect([status, out]).toEqual([0, ['2 dialplans checked: 0 errors, 0 warnings']]);
    });

    it('and finds a caller who is dropped, as the caller would live it', async () => {
      const { status, out } = await run(['dropped.yaml']);
      expect(status).toBe(1);
      expect(out[0]).toMatch(
        /^dropped\.yaml:[0-9]+:[0-9]+ CALLER_DROPPED [0-9]{4}-.*, a call to \+3612345678: the caller is/,
      );
      expect(out[1]).toMatch(/^ {6}[A-Z][a-z]{2} [0-9-]{10} [0-9:]{8} Europe\/Budapest$/);
      expect(out.filter(line => line.includes('→ schedule:s0 (en)'))).toHaveLength(1);
      expect(out.find(line => line.includes('the call ends: failed'))).toMatch(/dropped\.yaml:[0-9]+/);
      expect(out.at(-2)).toMatch(/^ {4}→ let this way lead to a person or a goodbye/);
      expect(out.at(-1)).toBe('1 dialplan checked: 1 error, 0 warnings');
    });

    it('and warns of a caller who waits for hours', async () => {
      const { status, out } = await run(['long.yaml']);
      expect(status).toBe(0);
      expect(out[0]).toMatch(/^long\.yaml:12:12 CALLER_WAITS_LONG warning: .* is on the way for 6h1s$/);
      expect((await run(['long.yaml'], { strict: true })).status).toBe(1);
    });

    it('unless only the rules are asked for', async () => {
      const { status, out } = await run(['dropped.yaml', 'long.yaml'], { 'no-proof': true, strict: true });
      expect([status, out]).toEqual([0, ['2 dialplans checked: 0 errors, 0 warnings']]);
    });

    it('and not where the rules have found an error', async () => {
      const { out } = await run(['wrong.yaml']);
      expect(out).toHaveLength(3);
    });

    it('and tells scripts and forges of the call, too', async () => {
      const json = JSON.parse((await run(['dropped.yaml'], {}, 'json')).out.join('\n'));
      expect(json.findings).toHaveLength(1);
      expect(json.findings[0].code).toBe('CALLER_DROPPED');
      expect(json.findings[0].details.join('\n')).toContain('caller (+36 30 123 4567) calls +36 1 234 5678');
      const github = (await run(['dropped.yaml'], {}, 'github')).out;
      expect(github).toHaveLength(1);
      expect(github[0]).toContain('%0A');
      expect(github[0]).toContain('→ schedule:s0 (en)');
      const sarif = JSON.parse((await run(['dropped.yaml'], {}, 'sarif')).out.join('\n'));
      expect(sarif.runs[0].results[0].message.text).toContain('→ schedule:s0 (en)');
    });
  });
});

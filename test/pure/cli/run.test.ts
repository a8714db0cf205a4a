import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KozpontError } from '../../../src/base/errors.ts';
import { command as phones } from '../../../src/cli/commands/phones.ts';
import { type Running, runUntilStopped } from '../../../src/cli/running.ts';
import { overheard } from '../../support/surroundings.ts';

interface Acting extends Running {
  readonly log: string[];
  drained(): void;
  fail(error: Error): void;
}

function acting(): Acting {
  const log: string[] = [];
  let drained = (): void => {};
  let fail = (_: Error): void => {};
  const failed = new Promise<Error>(resolve => {
    fail = resolve;
  });
  return {
    log,
    failed,
    fail: error => fail(error),
    drained: () => drained(),
    drain: () => {
      log.push('drain');
      return new Promise<void>(resolve => {
        drained = resolve;
      });
    },
    close: async () => void log.push('close'),
  };
}

describe('a running switchboard', () => {
  it('drains at the first signal', async () => {
    const around = overheard('/');
    const running = acting();
    const status = runUntilStopped(running, around, () => around.print(`ready, ${around.listeners} listens`));
    expect([running.log, around.listeners]).toEqual([[], 1]);
    expect(around.printed).toEqual(['ready, 1 listens']);
    around.signal('SIGTERM');
    expect(running.log).toEqual(['drain']);
    running.drained();
    expect(await status).toBe(0);
    expect([running.log, around.listeners]).toEqual([['drain'], 0]);
  });

  it('ends at once at the second one, and takes no notice of a third', async () => {
    const around = overheard('/');
    const running = acting();
    const status = runUntilStopped(running, around, () => around.print(`ready, ${around.listeners} listens`));
    for (let n = 0; n < 3; n++) around.signal('SIGINT');
    expect(await status).toBe(0);
    expect(running.log).toEqual(['drain', 'close']);
    expect(around.complained).toHaveLength(2);
  });

  it('that fails says why, lets go of everything, and exits with 1', async () => {
    const around = overheard('/');
    const running = acting();
    const status = runUntilStopped(running, around, () => around.print(`ready, ${around.listeners} listens`));
    running.fail(new KozpontError('CONNECTION_LOST', 'the SIP server went away'));
    expect(await status).toBe(1);
    expect(running.log).toEqual(['close']);
    expect(around.complained).toEqual(['kozpont: the SIP server went away']);
    expect(around.listeners).toBe(0);
  });
});

describe('kozpont phones', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kozpont-phones-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const plan = `kozpont: 1
company: { name: Example Ltd, timezone: Europe/Budapest, languages: [en] }
prompts: { bye: { en: Bye. } }
extensions: { "10": { name: Reception }, "90": { name: Door, contact: "sip:door@192.0.2.9" } }
queues: { reception: { agents: ["10"], maxWait: 1m, overflow: goodbye:bye } }
transfer: { recall: { otherwise: queue:reception } }
numbers: { "+361": queue:reception, "+362": extension:90 }
`;
  const noArguments = { text: {}, flags: {}, rest: [] };
  const environment = { KOZPONT_SIP_LISTEN: 'udp:127.0.0.1:5070' };

  it('prints the passwords, and where a phone registers', async () => {
    await writeFile(join(folder, 'plan.yaml'), plan);
    const around = overheard(folder, { ...environment, KOZPONT_DIALPLAN: 'plan.yaml' });
    expect(await phones.run(noArguments, around)).toBe(0);
    const written = await readFile(join(folder, 'var', 'credentials.yaml'), 'utf8');
    const password = /"10": (\S+)/.exec(written)?.[1];
    expect(around.printed).toEqual([
      `EXTENSION   NAME        PASSWORD
10          Reception   ${password}
90          Door        ${/"90": (\S+)/.exec(written)?.[1]}

Server 127.0.0.1:5070 (UDP); the user name is the extension.
The passwords stand in var/credentials.yaml.`,
    ]);
    expect(await phones.run({ ...noArguments, text: { dialplan: join(folder, 'plan.yaml') } }, around)).toBe(0);
    expect(around.printed[1]).toBe(around.printed[0]);
  });

  it('tells all that is wrong, with paths as a person would write them', async () => {
    await writeFile(join(folder, 'plan.yaml'), plan.replace('extension:90', 'extension:91'));
    const around = overheard(folder, { ...environment, KOZPONT_DIALPLAN: 'plan.yaml' });
    expect(await phones.run(noArguments, around)).toBe(1);
    expect(around.complained[0]).toMatch(/^plan\.yaml:7:\d+ [A-Z_]+ /);
    expect(around.complained.at(-1)).toMatch(/^\n\d errors?$/);
    const broken = overheard(folder, { KOZPONT_LOG_LEVEL: 'loud' });
    expect(await phones.run(noArguments, broken)).toBe(1);
    expect(broken.complained[0]).toMatch(/^\$KOZPONT_LOG_LEVEL WRONG_VALUE /);
    await expect(readFile(join(folder, 'var', 'credentials.yaml'))).rejects.toThrow('ENOENT');
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { command as doctor } from '../../../src/cli/commands/doctor.ts';
import { openDrachtiod, testSecret } from '../../support/drachtio/server.ts';
import { openEventSocketDouble } from '../../support/eventSocketDouble.ts';
import { freePorts } from '../../support/freePorts.ts';
import { overheard } from '../../support/surroundings.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kozpont-doctor-'));
  await writeFile(
    join(folder, 'plan.yaml'),
    `kozpont: 1
company: { name: Example Ltd, timezone: Europe/Budapest, languages: [en] }
prompts: { bye: { en: Bye. } }
extensions: { "10": { name: Reception } }
queues: { reception: { agents: ["10"], maxWait: 1m, overflow: goodbye:bye } }
transfer: { recall: { otherwise: queue:reception } }
numbers: { "+361": queue:reception }
`,
  );
});
afterAll(() => rm(folder, { recursive: true }));

const run = async (settings: string, more: { flags?: Record<string, boolean>; format?: string } = {}) => {
  await writeFile(join(folder, 'k.yaml'), settings);
  const around = overheard(folder);
  const text = {
    config: 'k.yaml',
    dialplan: 'plan.yaml',
    ...(more.format === undefined ? {} : { format: more.format }),
  };
  const status = await doctor.run({ text, flags: { 'no-voices': true, ...more.flags }, rest: [] }, around);
  return { status, printed: around.printed.join('\n'), complained: around.complained.join('\n') };
};

it('looks at the embedded engine, and tries its voices', async () => {
  const { from, to } = await freePorts(40);
  const settings = `sip: { listen: [udp:127.0.0.1:0, tcp:127.0.0.1:0] }
media: { address: 127.0.0.1, ports: ${from}-${to} }
limits: { calls: 10 }
`;
  const { status, printed, complained } = await run(settings, { flags: { 'no-voices': false } });
  expect([status, complained]).toEqual([0, '']);
  expect(printed).toContain('The embedded engine\n\nok       SIP udp 127.0.0.1:0: is free\n');
  expect(printed).toContain('the voice for en: speaks');
});

it('looks at the production engine, prints JSON, and exits with 1 where something is wrong', async () => {
  const server = await openDrachtiod();
  const freeswitch = await openEventSocketDouble({ secret: 'quite another secret' });
  const settings = `engine: drachtio
drachtio: { host: 127.0.0.1, port: ${server.port}, secret: ${testSecret} }
freeswitch: [{ name: media1, host: 127.0.0.1, port: ${freeswitch.port}, secret: x7 }]
`;
  const { status, printed } = await run(settings, { format: 'json' });
  await Promise.all([server.close(), freeswitch.close()]);
  expect(status).toBe(1);
  const report = JSON.parse(printed);
  expect(report).toMatchObject({ engine: 'drachtio', version: expect.stringMatching(/^\d/) });
  expect(report.findings).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ severity: 'fine', code: 'DRACHTIO_ANSWERS' }),
      expect.objectContaining({ severity: 'error', code: 'FREESWITCH_SECRET_REFUSED', subject: 'FreeSWITCH media1' }),
    ]),
  );
  // No secret is ever printed.
  expect(printed).not.toContain(testSecret);
  expect(printed).not.toContain('x7');
});

it('refuses known secrets before it asks anybody', async () => {
  const { status, printed, complained } = await run(
    'engine: drachtio\ndrachtio: { host: 127.0.0.1, secret: cymru }\nfreeswitch: [{ host: 127.0.0.1, secret: ClueCon }]\n',
  );
  expect([status, printed]).toEqual([1, '']);
  expect(complained).toMatch(/KNOWN_SECRET[\s\S]*KNOWN_SECRET[\s\S]*2 errors/);
});

it('counts warnings where it is to be strict, and knows its formats', async () => {
  const settings = `sip: { listen: [udp:127.0.0.1:0] }\nmedia: { address: 127.0.0.1, ports: 20000-20003 }\n`;
  expect(await run(settings)).toMatchObject({ status: 0, printed: expect.stringContaining('RTP_RANGE_SMALL') });
  expect(await run(settings, { flags: { strict: true } })).toMatchObject({ status: 1 });
  expect(await run(settings, { format: 'xml' })).toMatchObject({
    status: 2,
    complained: 'kozpont: there is no format xml, but text, json',
  });
});

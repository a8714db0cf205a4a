import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readAccess, writeAccess } from '../../../src/api/accessFile.ts';
import { command as drain } from '../../../src/cli/commands/drain.ts';
import { productionPresent } from '../../support/production/engine.ts';
import { type Overheard, overheard } from '../../support/surroundings.ts';
import { companyNumber, inOffice, type Office } from '../../support/switchboard/office.ts';
import { leaveNoSocketOpen } from '../../support/switchboard/openSockets.ts';
import { conversation, hearEachOther } from '../../support/switchboard/scenes.ts';
import { ask, type HttpAnswer } from '../../support/wire/httpClient.ts';

leaveNoSocketOpen();

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kozpont-api-'));
});
afterAll(() => rm(folder, { recursive: true }));

const api = '127.0.0.1:0';
const noArguments = { text: {}, flags: {}, rest: [] };

const get = (office: Office, path: string): Promise<HttpAnswer> =>
  ask(office.kozpont.api ?? expect.unreachable(), `GET ${path}`);
const post = (office: Office, token: string): Promise<HttpAnswer> =>
  ask(office.kozpont.api ?? expect.unreachable(), 'POST /drain', [`Authorization: Bearer ${token}`]);

/** The media server that has so many endpoints. */
async function endpointsOn(office: Office, count: number): Promise<{ readonly name: string }> {
  const { body } = await get(office, '/metrics');
  const found = [...body.matchAll(/^kozpont_media_endpoints\{server="([^"]+)"\} (\d+)$/gm)];
  const [, name] = found.find(([, , endpoints]) => Number(endpoints) === count) ?? expect.unreachable(found.join());
  return { name: name ?? '' };
}

const accessFile = (office: Office): string => join(office.state, 'api.json');

const metric = async (office: Office, name: string): Promise<number> => {
  const { body } = await get(office, '/metrics');
  const line = body.split('\n').find(one => one.startsWith(`${name} `)) ?? expect.unreachable(`no ${name}`);
  return Number(line.slice(name.length + 1));
};

/** `kozpont drain`, as the user of the office's Kozpont would run it. */
function drainCommand(
  office: Office,
  media?: string,
): { readonly around: Overheard; readonly status: Promise<number> } {
  const around = overheard(folder, { KOZPONT_STATE: office.state });
  return { around, status: drain.run({ ...noArguments, text: media === undefined ? {} : { media } }, around) };
}

describe.concurrent('the API of a switchboard', () => {
  test(
    'tells that it lives, that it takes calls, and how many there are',
    inOffice(
      async office => {
        expect(await get(office, '/healthz')).toMatchObject({ status: 200, body: '{"alive":true}\n' });
        expect(await get(office, '/readyz')).toMatchObject({
          status: 200,
          body: '{"ready":true,"reasons":[],"calls":0}\n',
        });
        expect(await metric(office, 'kozpont_ready')).toBe(1);
        const { outside } = await conversation(office);
        expect(JSON.parse((await get(office, '/readyz')).body)).toMatchObject({ calls: 1 });
        for (const [name, value] of [
          ['kozpont_calls{phase="talking"}', 1],
          ['kozpont_calls_begun_total{origin="trunk"}', 1],
          ['kozpont_calls_ended_total{result="completed",by="caller"}', 0],
          ['kozpont_queue_waiting{queue="reception"}', 0],
          ['kozpont_extensions_registered', 1],
          ['kozpont_media_endpoints{server="embedded"}', 2],
          ['kozpont_rtp_port_pairs{state="inUse"}', 2],
          ['kozpont_sip_connected', 1],
        ] as const) {
          expect([name, await metric(office, name)]).toEqual([name, value]);
        }
        await outside.hangUp();
        await office.ended(1);
        expect(await metric(office, 'kozpont_calls_ended_total{result="completed",by="caller"}')).toBe(1);
        expect(await metric(office, 'kozpont_calls{phase="talking"}')).toBe(0);
      },
      { api },
    ),
  );

  test(
    'drains it for whoever has the token, and for nobody else',
    inOffice(
      async office => {
        for (const token of ['', 'wrong', 'x'.repeat(48)]) expect((await post(office, token)).status).toBe(401);
        expect((await ask(office.kozpont.api ?? expect.unreachable(), 'POST /drain')).status).toBe(401);
        expect((await get(office, '/readyz')).status).toBe(200);
        expect((await stat(accessFile(office))).mode & 0o777).toBe(0o600);
        const { token } = (await readAccess(accessFile(office))) ?? expect.unreachable();
        expect(await post(office, token)).toMatchObject({ status: 200 });
        await office.kozpont.drainRequested;
        expect(await get(office, '/readyz')).toMatchObject({
          status: 503,
          body: '{"ready":false,"reasons":["draining"],"calls":0}\n',
        });
        expect((await get(office, '/healthz')).status).toBe(200);
      },
      { api },
    ),
  );
});

describe.concurrent('kozpont drain', () => {
  test(
    'lets calls in progress end, and says how many are left',
    inOffice(
      async office => {
        const { caller, reception, outside } = await conversation(office);
        const { around, status } = drainCommand(office);
        await office.kozpont.drainRequested;
        expect(await caller.call(companyNumber).ended()).toMatchObject({ by: 'them', status: 503 });
        expect(await metric(office, 'kozpont_calls_refused_total{reason="draining"}')).toBe(1);
        // A second one joins the drain that goes on.
        const second = drainCommand(office);
        await reception.unregister();
        await outside.hangUp();
        expect(await status).toBe(0);
        expect(around.printed).toEqual(['1 call is in progress', 'Every call has ended; Kozpont stops.']);
        expect(around.complained).toEqual([]);
        expect(await second.status).toBe(0);
      },
      { api, drain: 30_000 },
    ),
  );

  test(
    'does not drain the only media server, nor one that is not there',
    inOffice(
      async office => {
        const only = office.production === undefined ? 'embedded' : 'media1';
        for (const [media, said] of [
          [only, 'no other media server'],
          ['nobody', 'there is no media server nobody'],
        ] as const) {
          const { around, status } = drainCommand(office, media);
          expect(await status).toBe(1);
          expect(around.complained.join()).toContain(said);
        }
        expect((await get(office, '/readyz')).status).toBe(200);
      },
      { api },
    ),
  );

  test.skipIf(!productionPresent)(
    `drains one media server of two, whose calls end where they are${productionPresent ? '' : ': needs KOZPONT_DRACHTIO and KOZPONT_FREESWITCH'}`,
    inOffice(
      async office => {
        const { outside, inside } = await conversation(office);
        const { name: busy } = await endpointsOn(office, 2);
        const { around, status } = drainCommand(office, busy);
        await vi.waitFor(() => expect(around.printed).toEqual([`2 on ${busy}`]), { timeout: 5_000 });
        await hearEachOther(office, outside, inside);
        const second = await office.caller('+36205550000');
        await second.call(companyNumber).hears(office.prompt('welcome'));
        expect((await endpointsOn(office, 1)).name).not.toBe(busy);
        await outside.hangUp();
        expect(await status).toBe(0);
        expect(around.printed.at(-1)).toContain(`Nothing is left on ${busy}`);
      },
      { api, mediaServers: 2 },
    ),
    60_000,
  );

  test(
    'exits with 1 where calls were ended by the limit',
    inOffice(
      async office => {
        const { reception, outside, inside } = await conversation(office);
        await reception.unregister();
        const { around, status } = drainCommand(office);
        expect(await status).toBe(1);
        expect(around.complained).toEqual([
          '1 call was still up when limits.drain was over, and ended; Kozpont stops.',
        ]);
        await Promise.all([outside.ended(), inside.ended()]);
      },
      { api, drain: 300 },
    ),
  );

  test(
    'is told of the calls that a second signal has ended',
    inOffice(
      async office => {
        const { reception } = await conversation(office);
        await reception.unregister();
        const { around, status } = drainCommand(office);
        await office.kozpont.drainRequested;
        await office.kozpont.close();
        expect(await status).toBe(1);
        expect(around.complained).toEqual([expect.stringMatching(/^1 call was still up/)]);
        expect(await readAccess(accessFile(office))).toBeUndefined();
      },
      { api, drain: 30_000 },
    ),
  );

  test('says where it has looked, when nobody is there', async () => {
    const state = join(folder, 'nobody');
    const file = join(state, 'api.json');
    const around = overheard(folder, { KOZPONT_STATE: state });
    expect(await drain.run(noArguments, around)).toBe(1);
    expect(around.complained[0]).toMatch(
      /^kozpont: no running Kozpont was found: there is no nobody\/api\.json\n {4}→ /,
    );
    await writeAccess(file, { url: 'http://127.0.0.1:1', token: 'x' });
    expect(await drain.run(noArguments, around)).toBe(1);
    expect(around.complained[1]).toMatch(/: nobody listens at http:\/\/127\.0\.0\.1:1, which nobody\/api\.json names/);
  });

  test(
    'says so when it is another one that listens there',
    inOffice(
      async office => {
        const { url } = (await readAccess(accessFile(office))) ?? expect.unreachable();
        const state = join(folder, 'another');
        await writeAccess(join(state, 'api.json'), { url, token: 'of another one' });
        const around = overheard(folder, { KOZPONT_STATE: state });
        expect(await drain.run(noArguments, around)).toBe(1);
        expect(around.complained[0]).toContain('refused with HTTP 401');
        expect((await get(office, '/readyz')).status).toBe(200);
      },
      { api },
    ),
  );
});

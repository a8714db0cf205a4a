/** What a real FreeSWITCH does to us, and we to it: its end, its silence, its limits, and what is left behind. */
import { afterEach, describe, expect, it, test } from 'vitest';
import { isKozpontError, type KozpontError } from '../../../src/base/errors.ts';
import { connectFreeswitch, type FreeswitchOptions } from '../../../src/media/freeswitch/connect.ts';
import type { FreeswitchServer } from '../../../src/media/freeswitch/server.ts';
import { superviseFreeswitch } from '../../../src/media/freeswitch/supervise.ts';
import type { MediaEndpoint, MediaServer } from '../../../src/media/port.ts';
import { openDrachtiod, type ServerUnderTest } from '../../support/drachtio/server.ts';
import { freeswitchProgram, type RealFreeswitch, startFreeswitch } from '../../support/production/freeswitch.ts';
import type { FreeswitchConf } from '../../support/production/freeswitchConf.ts';
import { channelsOf, openConsole, optionsFor } from '../../support/production/freeswitchRig.ts';
import { RtpPeer } from '../../support/rtpPeer.ts';

class Stage {
  readonly ends: (() => unknown)[] = [];
  freeswitch!: RealFreeswitch;
  drachtio!: ServerUnderTest;

  async start(conf: Partial<FreeswitchConf> = {}): Promise<this> {
    this.drachtio = await openDrachtiod();
    this.freeswitch = await startFreeswitch(conf);
    return this;
  }

  /** Gives the server, and what is told when it is lost. */
  async connect(
    changes: Partial<FreeswitchOptions> = {},
  ): Promise<{ server: FreeswitchServer; lost: Promise<KozpontError>; told: KozpontError[] }> {
    const told: KozpontError[] = [];
    let tell: (error: KozpontError) => void = () => {};
    const lost = new Promise<KozpontError>(resolve => (tell = resolve));
    const server = await connectFreeswitch({
      ...optionsFor(this.freeswitch, this.drachtio),
      lost(error) {
        told.push(error);
        tell(error);
      },
      ...changes,
    });
    this.ends.push(() => server.close());
    return { server, lost, told };
  }

  async call(server: MediaServer): Promise<{ endpoint: MediaEndpoint; phone: RtpPeer; gone: KozpontError[] }> {
    const phone = await RtpPeer.open({ tone: 500 });
    this.ends.push(() => phone.close());
    const gone: KozpontError[] = [];
    const endpoint = await server.createEndpoint({
      callId: 'call',
      legId: 'leg',
      offer: phone.describe(),
      events: { digit: () => {}, gone: error => gone.push(error) },
    });
    phone.talkTo(endpoint.localSdp);
    return { endpoint, phone, gone };
  }

  async noChannelIsLeft(): Promise<void> {
    const console = await openConsole(this.freeswitch);
    await expect.poll(() => channelsOf(console), { timeout: 10_000 }).toBe(0);
    console.close();
  }

  async end(): Promise<void> {
    for (const end of this.ends.splice(0).reverse()) await end();
    await this.drachtio.close();
    await this.freeswitch.stop();
  }
}

const program = freeswitchProgram === undefined ? describe.skip : describe;
if (freeswitchProgram === undefined) {
  test.skip('a real FreeSWITCH: skipped unless KOZPONT_FREESWITCH is the path of its program', () => {});
}

program('a real FreeSWITCH', { timeout: 60_000 }, () => {
  let stage: Stage;
  afterEach(() => stage.end());

  const begin = async (conf: Partial<FreeswitchConf> = {}): Promise<Stage> => {
    stage = new Stage();
    return stage.start(conf);
  };
  const has = (code: string) => (error: unknown) => isKozpontError(error) && error.code === code;

  const ends: Record<string, (stage: Stage) => unknown> = {
    'is killed': ({ freeswitch }) => freeswitch.process.signal('SIGKILL'),
    'is stopped': ({ freeswitch }) => freeswitch.process.signal('SIGSTOP'),
    'loses its SIP server': ({ drachtio }) => drachtio.close(),
  };
  it.each(Object.entries(ends))(
    'that %s is lost once, with every endpoint and everything under way',
    async (_, happen) => {
      const { server, lost, told } = await (await begin()).connect();
      const a = await stage.call(server);
      const b = await stage.call(server);
      const c = await stage.call(server);
      await a.endpoint.bridge(b.endpoint);
      const played = c.endpoint.play([{ kind: 'tone', tone: 'busy' }], { loop: true });
      await c.phone.hears(425);
      expect([server.ready, server.endpoints]).toEqual([true, 3]);

      await happen(stage);
      // Asked for in the moment in which it goes: everything settles.
      const underWay = [
        c.endpoint.play([{ kind: 'tone', tone: 'busy' }]),
        a.endpoint.unbridge(),
        a.endpoint.stats(),
        b.endpoint.answer(b.phone.describe({ direction: 'sendonly', version: 2 })),
        server.createEndpoint({ callId: 'x', legId: 'x', events: { digit: () => {}, gone: () => {} } }),
      ];
      expect((await lost).code).toBe('CONNECTION_LOST');
      await Promise.allSettled(underWay);
      expect(await played).toBe('stopped');
      for (const party of [a, b, c]) expect(party.gone.map(error => error.code)).toEqual(['CONNECTION_LOST']);
      expect([server.ready, server.endpoints, told.length]).toEqual([false, 0, 1]);
      await expect(stage.call(server)).rejects.toSatisfy(has('MEDIA_UNAVAILABLE'));
      await expect(a.endpoint.stop()).rejects.toSatisfy(has('DISPOSED'));
      await Promise.all([a, b, c].map(party => party.endpoint.destroy()));
      await server.close();
      stage.freeswitch.process.signal('SIGCONT');
    },
  );

  it('that wakes has no channel of ours left', async () => {
    const { server, lost } = await (await begin()).connect();
    await stage.call(server);
    stage.freeswitch.process.signal('SIGSTOP');
    await lost;
    stage.freeswitch.process.signal('SIGCONT');
    await stage.connect();
    await stage.noChannelIsLeft();
  });

  it('ends what an earlier life of the application has left, and nothing else', async () => {
    await begin();
    const other = await stage.connect({ application: 'another' });
    const kept = await stage.call(other.server);
    const former = await openDrachtiod();
    const sip = { host: former.host, port: former.port, secret: former.secret };
    const { server } = await stage.connect({ sip });
    const left = await stage.call(server);
    // The application dies, and its SIP server with it: nobody says BYE.
    await former.close();
    const console = await openConsole(stage.freeswitch);
    await stage.connect();
    await expect.poll(() => channelsOf(console)).toBe(1);
    console.close();
    expect(left.gone).toHaveLength(1);
    expect(kept.gone).toEqual([]);
    await kept.endpoint.stop();
  });

  it('refuses a wrong secret, a wrong profile and a wrong SIP server, and nothing stays open', async () => {
    await begin();
    await expect(stage.connect({ secret: 'wrong' })).rejects.toSatisfy(has('INVALID_CONFIG'));
    await expect(stage.connect({ profile: 'nowhere' })).rejects.toSatisfy(has('INVALID_CONFIG'));
    const { host, port } = stage.drachtio;
    await expect(stage.connect({ sip: { host, port, secret: 'not the secret' } })).rejects.toSatisfy(
      has('INVALID_CONFIG'),
    );
    await expect(stage.connect({ profile: 'a b' })).rejects.toThrow();
    await expect.poll(() => stage.drachtio.stats()?.applications).toBe(0);
  });

  it('that is full says so, and takes the next call when there is room', async () => {
    const { server } = await (await begin({ maxSessions: 3 })).connect();
    const made: MediaEndpoint[] = [];
    const full = (async () => {
      for (;;) made.push((await stage.call(server)).endpoint);
    })();
    await expect(full).rejects.toSatisfy(has('MEDIA_UNAVAILABLE'));
    // FreeSWITCH itself would lose a session each time that it refuses one: it is not asked.
    expect([made.length, server.endpoints]).toEqual([2, 2]);
    await made[0]?.destroy();
    await expect
      .poll(async () => made.push((await stage.call(server)).endpoint), { timeout: 5_000 })
      .toBeGreaterThan(0);
    await Promise.all(made.map(endpoint => endpoint.destroy()));
    await stage.noChannelIsLeft();
  });

  it('tells its load', async () => {
    const { server } = await (await begin()).connect();
    await stage.call(server);
    await expect.poll(() => server.heartbeat?.sessions, { timeout: 5_000 }).toBe(1);
    expect(server.heartbeat?.maxSessions).toBe(1000);
    expect(server.heartbeat?.cpuIdle).toBeGreaterThanOrEqual(0);
  });

  it('whose phones send nothing has no channel left', async () => {
    const { server } = await (await begin()).connect();
    for (let party = 0; party < 5; party++) {
      const { endpoint, phone } = await stage.call(server);
      phone.mute();
      if (party % 2 === 0) void endpoint.play([{ kind: 'tone', tone: 'ringback' }], { loop: true });
      await endpoint.destroy();
    }
    await stage.noChannelIsLeft();
  });

  it('is used again whenever it is there', async () => {
    await begin();
    await stage.freeswitch.process.stop();
    const ready: FreeswitchServer[] = [];
    const lost: FreeswitchServer[] = [];
    const supervised = superviseFreeswitch(
      { ...optionsFor(stage.freeswitch, stage.drachtio), retry: { first: 50, longest: 200 } },
      { ready: server => ready.push(server), lost: server => lost.push(server) },
    );
    stage.ends.push(() => supervised.close());
    await expect.poll(() => supervised.trouble?.code).toBe('CONNECTION_LOST');
    await stage.freeswitch.restart();
    await expect.poll(() => ready.length, { timeout: 10_000 }).toBe(1);
    const { gone } = await stage.call(ready[0] as FreeswitchServer);

    stage.freeswitch.process.signal('SIGKILL');
    await expect.poll(() => lost).toEqual([ready[0]]);
    expect([gone.length, supervised.server]).toEqual([1, undefined]);
    await stage.freeswitch.restart();
    await expect.poll(() => ready.length, { timeout: 10_000 }).toBe(2);
    expect(ready[1]).not.toBe(ready[0]);
    await (await stage.call(ready[1] as FreeswitchServer)).endpoint.destroy();
    await supervised.close();
    await stage.noChannelIsLeft();
    expect(lost).toHaveLength(1);
  });
});

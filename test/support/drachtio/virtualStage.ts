/**
 * drachtiod in virtual time and on a network in memory, with a real drachtio-srf on a real socket: timers fire when the
 * test says so, and what passes between the two is waited for by events.
 */
import { afterEach, beforeEach, expect } from 'vitest';
import type { VirtualClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { type Drachtiod, startDrachtiod } from '../../../src/embedded/drachtiod/drachtiod.ts';
import { createWorld, type World } from '../sip/party.ts';
import { type ConnectedApplication, connectApplication } from './application.ts';
import { Peer } from './peer.ts';
import { testSecret } from './server.ts';

export interface VirtualStage {
  readonly world: World;
  readonly clock: VirtualClock;
  readonly server: Drachtiod;
  readonly at: { readonly host: string; readonly port: number };
  app(): Promise<ConnectedApplication>;
  peer(address?: string): Promise<Peer>;
  /** Lets virtual time pass, until then or until `done`; the sockets get their turn at every deadline on the way. */
  pass(milliseconds: number): Promise<void>;
  /** The value, with as much virtual time as it takes (up to an hour). */
  soon<T>(value: Promise<T>): Promise<T>;
}

const turns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i += 1) await new Promise(resolve => setImmediate(resolve));
};

export const virtualStage = (): VirtualStage => {
  let world: World;
  let server: Drachtiod;
  const apps: ConnectedApplication[] = [];
  const peers: Peer[] = [];
  beforeEach(async () => {
    world = createWorld();
    server = await startDrachtiod({
      clock: world.clock,
      log: silentLog,
      contacts: [world.network.transport('udp', '10.0.0.1'), world.network.transport('tcp', '10.0.0.1')],
      admin: { host: '127.0.0.1', port: 0, secret: testSecret },
    });
  });
  afterEach(async () => {
    const { dialogs, incoming, outgoing, proxied } = server.stats();
    for (const app of apps.splice(0)) app.close();
    await Promise.all(peers.splice(0).map(peer => peer.close()));
    await server.close();
    expect({ dialogs, incoming, outgoing, proxied }).toEqual({ dialogs: 0, incoming: 0, outgoing: 0, proxied: 0 });
    // What is still on its way arrives nowhere; nothing else may be left of any timer.
    world.clock.advance(1_000);
    expect(world.clock.armed).toBe(0);
  });
  return {
    get world() {
      return world;
    },
    get clock() {
      return world.clock;
    },
    get server() {
      return server;
    },
    at: { host: '10.0.0.1', port: 5060 },
    async app() {
      const app = await connectApplication({ host: '127.0.0.1', port: server.adminPort, secret: testSecret });
      apps.push(app);
      return app;
    },
    async peer(address = '10.0.0.2') {
      const peer = await Peer.open({ clock: world.clock, listener: world.network.transport('udp', address) });
      peers.push(peer);
      return peer;
    },
    async pass(milliseconds) {
      const until = world.clock.now() + milliseconds;
      await turns(20);
      while (world.clock.next !== undefined && world.clock.next <= until) {
        world.clock.step();
        await turns(5);
      }
      world.clock.advance(until - world.clock.now());
      await turns(20);
    },
    async soon(value) {
      let settled = false;
      const done = value.finally(() => {
        settled = true;
      });
      done.catch(() => {});
      const until = world.clock.now() + 3_600_000;
      for (;;) {
        // Sockets first: time is not to run past what is still on its way to an application.
        for (let i = 0; i < 50 && !settled; i += 1) await turns(1);
        if (settled || world.clock.next === undefined || world.clock.next > until) return done;
        world.clock.step();
      }
    },
  };
};

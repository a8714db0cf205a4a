/** The stage of a contract test: a server, and the applications and peers that the test calls for, all gone at its end. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ConnectedApplication, connectApplication } from './application.ts';
import { Peer, type PeerOptions } from './peer.ts';
import { openDrachtiod, openReal, realServerNamed, type ServerUnderTest } from './server.ts';

export interface Stage {
  readonly kind: ServerUnderTest['kind'];
  /** A test of a departure from drachtio-server (src/embedded/drachtiod/README.md): skipped there. */
  readonly departure: typeof test;
  readonly server: ServerUnderTest;
  app(tags?: readonly string[]): Promise<ConnectedApplication>;
  peer(options?: PeerOptions): Promise<Peer>;
}

/** Comes back once the condition holds; the test's own time limit is the only other way out. */
export const eventually = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise(resolve => setImmediate(resolve));
};

const withServer = (
  kind: ServerUnderTest['kind'],
  open: () => Promise<ServerUnderTest>,
  tests: (stage: Stage) => void,
): void => {
  let server: ServerUnderTest | undefined;
  const apps: ConnectedApplication[] = [];
  const peers: Peer[] = [];
  const opened = (): ServerUnderTest => {
    if (server === undefined) throw new Error('the server is not open yet');
    return server;
  };
  beforeAll(async () => {
    server = await open();
  });
  afterEach(async () => {
    // Looked at before anything is torn down: a test ends its calls itself. The last answer may still be on its way.
    const left = (): typeof none => {
      const { dialogs, incoming, outgoing, proxied } = opened().stats() ?? none;
      return { dialogs, incoming, outgoing, proxied };
    };
    for (let turn = 0; turn < 5_000 && Object.values(left()).some(count => count > 0); turn += 1) {
      await new Promise(resolve => setImmediate(resolve));
    }
    const remaining = left();
    for (const app of apps.splice(0)) app.close();
    await Promise.all(peers.splice(0).map(peer => peer.close()));
    await eventually(() => (opened().stats()?.applications ?? 0) === 0);
    expect(remaining).toEqual(none);
  });
  afterAll(() => server?.close());
  tests({
    kind,
    departure: kind === 'drachtiod' ? test : (test.skip as typeof test),
    get server() {
      return opened();
    },
    app: async tags => {
      const app = await connectApplication(opened(), tags);
      apps.push(app);
      return app;
    },
    peer: async options => {
      const peer = await Peer.open(options);
      peers.push(peer);
      return peer;
    },
  });
};

const none = { dialogs: 0, incoming: 0, outgoing: 0, proxied: 0 };

/** Runs the tests against each server there is; where no drachtio-server is named, that run is skipped and says why. */
export const contract = (title: string, tests: (stage: Stage) => void): void => {
  describe(`${title}: drachtiod`, () => withServer('drachtiod', openDrachtiod, tests));
  describe.skipIf(!realServerNamed)(
    `${title}: drachtio-server (skipped unless KOZPONT_DRACHTIO or KOZPONT_DRACHTIO_HOST names one)`,
    () => withServer('drachtio-server', openReal, tests),
  );
};

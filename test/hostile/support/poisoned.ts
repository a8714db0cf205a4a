/**
 * Preloaded into the process of a switchboard (`--import`): whatever brings one of these words makes the code behind an
 * entrance throw, as a fault of ours would that nobody has found yet.
 */
import { createRequire } from 'node:module';
import { Connection as ApplicationConnection } from '../../../src/embedded/drachtiod/applications/connection.ts';
import { RtpSession } from '../../../src/embedded/rtp/session.ts';
import { Incoming } from '../../../src/embedded/sip/stack/incoming.ts';
import { Lateness } from '../../../src/exchange/admission/lateness.ts';
import { words } from './poisonWords.ts';

type Handler = (this: unknown, ...given: never[]) => unknown;

/** The method throws where one of its arguments has the word in it. */
function poison(prototype: object, method: string, word: string): void {
  const methods = prototype as Record<string, Handler>;
  const before = methods[method];
  if (before === undefined) throw new Error(`there is no ${method} to poison`);
  methods[method] = function (...given) {
    for (const one of given as readonly unknown[]) {
      const text = Buffer.isBuffer(one) ? one.toString('latin1') : one;
      if (typeof text === 'string' && text.includes(word)) throw new Error(`poisoned by ${word}`);
    }
    return before.apply(this, given);
  };
}

poison(Incoming.prototype, 'receive', words.sip);
poison(RtpSession.prototype, 'receiveRtcp', words.rtp);
poison(ApplicationConnection.prototype, 'frame', words.application);
const agent = createRequire(import.meta.url)('drachtio-srf/lib/drachtio-agent.js') as { prototype: object };
poison(agent.prototype, '_onMsg', words.drachtio);

// A timer: every twentieth turn of the watch over the event loop throws.
const { observe } = Lateness.prototype;
let turns = 0;
Lateness.prototype.observe = function (...given) {
  if (++turns % 20 === 0) throw new Error('poisoned timer');
  return observe.apply(this, given);
};

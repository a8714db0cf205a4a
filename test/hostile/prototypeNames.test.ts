/** Words that every JavaScript object answers to, where a stranger can write a word. */
import { describe, expect, test } from 'vitest';
import { callIdOf } from '../support/wire/stranger.ts';
import { besideACall, type Scene } from './support/besideACall.ts';
import { strangeRequest } from './support/message.ts';

/** `Object.getOwnPropertyNames(Object.prototype)` are what an object literal has beside its own keys. */
const names = Object.getOwnPropertyNames(Object.prototype);

/** Answered: what was sent before has been handled. */
async function settled({ stranger }: Scene): Promise<void> {
  const callId = `settled-${stranger.received.length}`;
  await stranger.send(strangeRequest({ method: 'OPTIONS', from: `${stranger.address}:${stranger.port}`, callId }));
  await stranger.until('an answer to OPTIONS', () => stranger.received.find(text => callIdOf(text) === callId));
}

describe('a name of Object.prototype', () => {
  test(
    'as a method, in datagrams and over a connection',
    besideACall(async scene => {
      const { stranger } = scene;
      const from = `${stranger.address}:${stranger.port}`;
      for (const method of names) await stranger.send(strangeRequest({ method, from, callId: `udp-${method}` }));
      const connection = await stranger.connect();
      for (const method of names) {
        connection.send(strangeRequest({ method, transport: 'TCP', from, callId: `tcp-${method}` }));
      }
      await connection.final();
      await settled(scene);
      await connection.close();
      const answered = stranger.received.filter(text => callIdOf(text).startsWith('udp-'));
      expect(answered.length).toBe(names.length);
    }),
  );
});

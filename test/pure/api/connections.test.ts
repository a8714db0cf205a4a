import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { Connections } from '../../../src/api/http/connections.ts';

/** A socket from there, as far as anybody looks at it. */
class FakeSocket extends EventEmitter {
  destroyed = false;

  constructor(readonly remoteAddress: string) {
    super();
  }

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

const rig = (inAll: number, ofNetwork: number) => {
  const connections = new Connections({ inAll, ofNetwork });
  const all = new Map<string, FakeSocket>();
  const add = (name: string, address: string): void => {
    const socket = new FakeSocket(address);
    all.set(name, socket);
    connections.add(socket as unknown as Socket);
  };
  const is = (name: string, occupation: 'idle' | 'busy' | 'kept'): void =>
    connections.is(all.get(name) as unknown as Socket, occupation);
  const gone = () => [...all].filter(([, { destroyed }]) => destroyed).map(([name]) => name);
  return { add, is, gone, all, connections };
};

test('a network with too many loses the one that has waited longest, and no other network does', () => {
  const { add, is, gone } = rig(10, 3);
  add('other', '192.0.2.1');
  for (const name of ['a', 'b', 'c']) add(name, '192.0.2.9');
  is('a', 'busy');
  add('d', '::ffff:192.0.2.9');
  expect(gone()).toEqual(['b']);
  is('a', 'idle');
  add('e', '192.0.2.9');
  expect(gone()).toEqual(['b', 'c']);
  for (const name of ['a', 'd', 'e']) is(name, 'busy');
  is('a', 'kept');
  add('f', '192.0.2.9');
  expect(gone()).toEqual(['b', 'c', 'd']);
});

test('where all are too many, the network with the most loses one; an IPv6 network is a /64', () => {
  const { add, gone } = rig(5, 4);
  for (let i = 1; i <= 3; i++) add(`v6-${i}`, `2001:db8::${i}`);
  add('first', '192.0.2.1');
  add('second', '192.0.2.2');
  add('third', '192.0.2.3');
  expect(gone()).toEqual(['v6-1']);
});

test('what has closed counts no more', () => {
  const { add, gone, all } = rig(2, 2);
  add('a', '192.0.2.1');
  add('b', '192.0.2.1');
  all.get('a')?.emit('close');
  add('c', '192.0.2.1');
  expect(gone()).toEqual([]);
  add('d', '192.0.2.1');
  expect(gone()).toEqual(['b']);
});

test('those that are kept protect nobody from making room, and what made room is not remembered', () => {
  const { add, is, gone, connections } = rig(3, 3);
  for (const name of ['kept', 'kept too']) {
    add(name, '192.0.2.1');
    is(name, 'busy');
    is(name, 'kept');
  }
  for (let i = 1; i <= 5; i++) add(`stranger-${i}`, `198.51.100.${i}`);
  expect(gone()).toEqual(['stranger-1', 'stranger-2', 'stranger-3', 'stranger-4']);
  expect(connections.remembered).toBe(2);
});

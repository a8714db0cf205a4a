import { beforeEach, describe, expect, test } from 'vitest';
import { Parts } from '../../../src/exchange/occupancy.ts';
import type { SavedCall } from '../../../src/exchange/ports.ts';
import { byFarEnd, TestHouse } from '../../support/house.ts';
import { extension, officePlan } from '../../support/plan.ts';

const plan = officePlan({
  extensions: Object.fromEntries(
    ['10', '11', '101', '102', '103'].map(number => [number, extension(number, { maxCalls: 1 })]),
  ),
});

let house: TestHouse;
const saved = new Map<string, () => SavedCall>();
const journal = {
  changed: (id: string, call: () => SavedCall) => void saved.set(id, call),
  ended: (id: string) => void saved.delete(id),
};
beforeEach(() => {
  saved.clear();
  house = new TestHouse({ plan, journal });
});

async function talks(number: string): Promise<() => Promise<void>> {
  const { events } = await house.dial('102', number);
  const leg = house.signalling.to(number);
  leg.events.answered('an answer', '127.0.0.1');
  await house.settle();
  return async () => {
    events.ended(byFarEnd);
    leg.events.ended(byFarEnd);
    await house.settle();
  };
}

async function tries(from: string, number: string): Promise<number | undefined> {
  const { leg } = await house.dial(from, number);
  return leg.ended === true ? undefined : leg.ended?.status;
}

describe('an extension in a live call', () => {
  test('is busy for everybody else until that is over', async () => {
    const over = await talks('101');
    const dialled = house.signalling.dialed.length;
    expect(await tries('103', '101')).toBe(486);
    // Who has placed the call is in it as well.
    expect(await tries('103', '102')).toBe(486);
    expect(house.signalling.dialed).toHaveLength(dialled);
    await over();
    expect(await tries('103', '101')).toBeUndefined();
    expect(house.signalling.dialed).toHaveLength(dialled + 1);
    await house.close();
  });

  test('is busy in the next process, too, and free when the call that was restored is over', async () => {
    await talks('101');
    const written = JSON.parse(JSON.stringify([...saved.values()].map(call => call()))) as SavedCall[];
    house = new TestHouse({ plan });
    house.exchange.restore(written);
    await house.settle();
    expect(await tries('103', '101')).toBe(486);
    for (const { events } of house.signalling.adopted) events.ended(byFarEnd);
    await house.settle();
    expect(await tries('103', '101')).toBeUndefined();
    await house.close();
  });

  test('of an exchange whose plan sets no limit is rung again and again', async () => {
    house = new TestHouse();
    await talks('101');
    expect(await tries('103', '101')).toBeUndefined();
    expect(house.signalling.dialed.filter(({ request }) => request.target.number === '101')).toHaveLength(2);
    await house.close();
  });
});

test('parts are counted by call and by extension, and forgotten with the call', () => {
  const parts = new Parts();
  parts.set('a', ['101', '102']);
  parts.set('b', ['101', '101']);
  expect([parts.elsewhere('a', '101'), parts.elsewhere('b', '101'), parts.elsewhere('c', '101')]).toEqual([2, 1, 3]);
  parts.set('b', ['102']);
  expect([parts.elsewhere('a', '101'), parts.elsewhere('c', '101'), parts.elsewhere('c', '102')]).toEqual([0, 1, 2]);
  parts.set('a', []);
  parts.set('b', []);
  expect([parts.elsewhere('c', '101'), parts.elsewhere('c', '102')]).toEqual([0, 0]);
});

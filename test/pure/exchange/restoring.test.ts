import { beforeEach, describe, expect, test } from 'vitest';
import type { Journal, SavedCall } from '../../../src/exchange/ports.ts';
import type { FakeAdopted } from '../../support/fakeSignalling.ts';
import { refer } from '../../support/fakeSignalling.ts';
import { byFarEnd, TestHouse } from '../../support/house.ts';

const music = [{ kind: 'file', path: 'default.wav' }];

/** What would be on disk. */
class Notes implements Journal {
  readonly calls = new Map<string, () => SavedCall>();

  changed(callId: string, saved: () => SavedCall): void {
    this.calls.set(callId, saved);
  }

  ended(callId: string): void {
    this.calls.delete(callId);
  }
}

let notes: Notes;
let before: TestHouse;
let after: TestHouse;

beforeEach(() => {
  notes = new Notes();
  before = new TestHouse({ journal: notes });
});

/** The process is killed, and another one started: it has what was written down, and nothing else. */
async function restart(): Promise<void> {
  const written = JSON.stringify([...notes.calls.values()].map(saved => saved()));
  notes.calls.clear();
  after = new TestHouse({ journal: notes });
  after.clock.advance(before.clock.now() - after.clock.now());
  for (const saved of JSON.parse(written) as SavedCall[]) after.exchange.restore(saved);
  await after.settle();
}

function adopted(kind: 'trunk' | 'extension'): FakeAdopted {
  const leg = after.signalling.adopted.find(({ from }) => from.party.kind === kind);
  if (leg === undefined) throw new Error(`no leg of the ${kind} was adopted`);
  return leg;
}

async function close(): Promise<void> {
  await after.close();
  expect(notes.calls.size).toBe(0);
}

describe('a process that dies', () => {
  test('has written down every leg that was answered, however late the server confirmed that', async () => {
    const written = new Map<string, SavedCall>();
    const house = new TestHouse({
      journal: {
        changed: (id, saved) => void written.set(id, structuredClone(saved())),
        ended: id => void written.delete(id),
      },
    });
    await house.callIn();
    expect([...written.values()].map(({ legs }) => Object.keys(legs))).toEqual([['caller']]);
    await house.close();
  });

  test('leaves two who talk: both are taken to new endpoints, and talk on', async () => {
    await before.conversation();
    await restart();
    expect(after.signalling.adopted).toHaveLength(2);
    expect(adopted('trunk').reinvites).toEqual([after.media.of('caller').localSdp]);
    expect(adopted('extension').reinvites).toEqual([after.media.of('leg1').localSdp]);
    expect(after.media.of('caller').peer).toBe(after.media.of('leg1'));
    adopted('trunk').events.ended(byFarEnd);
    await after.settle();
    expect(adopted('extension').ended).toBeDefined();
    expect(after.records[0]).toMatchObject({ termination: { result: 'completed' } });
    expect(after.records[0]?.steps.map(({ kind }) => kind)).toContain('restored');
    await close();
  });

  test('and one of them has hung up meanwhile: the caller comes back to the reception', async () => {
    await before.conversation();
    const written = JSON.stringify([...notes.calls.values()].map(saved => saved()));
    expect(written).not.toContain('undefined');
    await restart();
    adopted('extension').events.ended({ by: 'network', status: 481, text: 'gone' });
    await after.settle();
    expect(adopted('trunk').ended).toBeUndefined();
    expect(after.signalling.to('11').request.from.number).toBe('+36301111111');
    await close();
  });

  test('leaves a caller in the menu: the greeting is spoken again, and a key is understood', async () => {
    await before.callIn();
    await restart();
    expect(after.media.of('caller').playing).toEqual([{ kind: 'file', path: 'en/welcome.wav' }]);
    after.media.of('caller').options.events.digit('0');
    await after.settle();
    expect(after.signalling.to('10')).toBeDefined();
    await close();
  });

  test('leaves a caller who waits: the queue has them again, and the next agent is rung', async () => {
    const { events } = await before.callIn();
    events.digit('0');
    await before.settle();
    before.signalling.to('10').events.ringing();
    await before.settle();
    await restart();
    expect(after.media.of('caller').playing).toEqual(music);
    after.signalling.to('10').events.answered('an answer', '127.0.0.1');
    await after.settle();
    expect(after.media.of('caller').peer?.options.legId).toBe('leg2');
    await close();
  });

  test('leaves a caller whose operator has transferred and gone: the target is lost, and the operator is recalled', async () => {
    const { operator } = await before.conversation();
    operator.events.transferRequested(refer('101'));
    await before.settle();
    operator.events.ended(byFarEnd);
    await before.settle();
    await restart();
    expect(after.signalling.to('10').request).toMatchObject({ alert: 'recall' });
    expect(after.signalling.to('10').request.from.display).toContain('R: unreachable 101');
    await close();
  });

  test('leaves a phone that rings: nobody is left with the call', async () => {
    await before.dial('101', '102');
    await restart();
    expect(after.exchange.callsNow).toBe(0);
    expect(after.records[0]?.termination).toMatchObject({ result: 'failed', by: 'system' });
    await close();
  });

  test('has its timers run on from where they were', async () => {
    const { events } = await before.callIn();
    events.digit('0');
    await before.settle();
    for (const extension of ['10', '11']) before.signalling.registered.delete(extension);
    before.clock.advance(30_000);
    await restart();
    expect(after.exchange.callsNow).toBe(1);
    // Of the five minutes of the queue, half a minute has been waited before.
    after.clock.advance(269_999);
    await after.settle();
    expect(after.media.of('caller').playing).toEqual(music);
    after.clock.advance(1);
    await after.settle();
    expect(after.media.of('caller').playing).not.toEqual(music);
    await close();
  });

  test('and dies again: what was restored is restored once more', async () => {
    await before.conversation();
    await restart();
    before = after;
    await restart();
    expect(after.media.of('caller').peer).toBe(after.media.of('leg1'));
    await close();
  });
});

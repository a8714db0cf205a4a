import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Journal, SavedCall } from '../../../src/exchange/ports.ts';
import type { FakeAdopted } from '../../support/fakeSignalling.ts';
import { FakeSignalling, refer } from '../../support/fakeSignalling.ts';
import { byFarEnd, TestHouse } from '../../support/house.ts';

const music = [{ kind: 'file', path: 'default.wav' }];

/** What would be on disk. */
class Notes implements Journal {
  readonly calls = new Map<string, () => SavedCall>();
  /** Of those that were written the moment they changed last. */
  readonly atOnce = new Map<string, SavedCall>();

  changed(callId: string, saved: () => SavedCall): void {
    this.calls.set(callId, saved);
    this.atOnce.set(callId, saved());
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
async function restart(edit: (saved: SavedCall[]) => unknown[] = saved => saved): Promise<void> {
  const written = JSON.stringify(edit([...notes.calls.values()].map(saved => saved())));
  notes.calls.clear();
  after = new TestHouse({ journal: notes });
  after.clock.advance(before.clock.now() - after.clock.now());
  after.exchange.restore(JSON.parse(written) as SavedCall[]);
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

  test('with one of two gone before it: the other one is told, and not left in a call that is over', async () => {
    const { leg } = await before.dial('101', '102');
    before.signalling.to('102').events.answered('an answer', '127.0.0.1');
    await before.settle();
    expect(leg.answered).toBeDefined();
    await restart(([saved]) => {
      if (saved === undefined) throw new Error('the call was not written down');
      const { caller: _, ...legs } = saved.legs;
      return [{ ...saved, legs }];
    });
    expect(after.signalling.adopted[0]?.ended).toBeDefined();
    expect(after.exchange.callsNow).toBe(0);
    expect(after.media.endpoints).toBe(0);
    await close();
  });

  test('leaves a caller who waits and an agent who talks, in whichever order: the agent is not rung', async () => {
    await before.conversation();
    before.signalling.registered.delete('11');
    before.exchange.reachableChanged('11');
    const { events } = await before.callIn();
    events.digit('0');
    await before.settle();
    await restart(saved => saved.reverse());
    expect(after.signalling.dialed.map(({ request }) => request.target.number)).not.toContain('10');
    await close();
  });

  test('leaves a transferor on the way out: that phone is hung up on', async () => {
    const { operator } = await before.conversation();
    operator.events.transferRequested(refer('101'));
    await before.settle();
    before.signalling.to('101').events.answered('an answer', '127.0.0.1');
    await before.settle();
    expect(operator.ended).toBeUndefined();
    await restart();
    const left = after.signalling.adopted.find(({ from }) => from.sipCallId === operator.sipCallId);
    expect(left?.ended).toMatchObject({ cause: 16 });
    expect(after.media.of('caller').peer).toBe(after.media.of('leg2'));
    await close();
  });

  test('in the last moment of a call: its record is written, and nothing of it is there', async () => {
    await before.callIn();
    await restart(saved =>
      saved.map(({ call }) => ({
        call: { ...call, legs: {}, timers: {}, phase: { kind: 'ended', termination: lost } },
        legs: {},
      })),
    );
    expect(after.exchange.callsNow).toBe(0);
    expect(after.records.map(({ termination }) => termination)).toEqual([lost]);
    await close();
  });

  test('and left a call that call control cannot go on with: both are told, and it ends', async () => {
    await before.conversation();
    await restart(saved =>
      saved.map(({ call, legs }) => ({
        call: { ...call, phase: { kind: 'queued', party: 'nobody', queue: 'reception' } },
        legs,
      })),
    );
    expect(after.signalling.adopted.map(({ ended }) => ended)).toMatchObject([{ status: 503 }, { status: 503 }]);
    expect([after.exchange.callsNow, after.media.endpoints]).toEqual([0, 0]);
    await close();
  });

  const broken: [string, (saved: SavedCall) => unknown][] = [
    ['nothing', () => null],
    ['something that is no call', () => ({})],
    ['a call without legs', ({ call }) => ({ call })],
    ['a call with a leg that is none', ({ call, legs }) => ({ call: { ...call, legs: { caller: null } }, legs })],
    ['a dialog that is none', ({ call, legs }) => ({ call, legs: { ...legs, caller: null } })],
    ['a call without a phase', ({ call: { phase: _, ...call }, legs }) => ({ call, legs })],
    ['a call without a history', ({ call: { trail: _, ...call }, legs }) => ({ call, legs })],
    ['a history that is none', ({ call, legs }) => ({ call: { ...call, trail: [null] }, legs })],
    ['timers that are none', ({ call, legs }) => ({ call: { ...call, timers: { talk: null } }, legs })],
  ];

  test.each(broken)('and left %s: the others are restored, and its far ends are told', async (_, breakIt) => {
    await before.conversation();
    const other = await before.dial('101', '102');
    before.signalling.to('102').events.answered('an answer', '127.0.0.1');
    await before.settle();
    await restart(saved => {
      const [first, second] = saved;
      if (first === undefined || second === undefined) throw new Error('they were not written down');
      return [breakIt(second), first];
    });
    expect(after.media.of('caller').peer).toBe(after.media.of('leg1'));
    expect(after.exchange.callsNow).toBe(1);
    // Of the other call, nobody is left who could be told otherwise.
    const left = after.signalling.adopted.filter(({ from }) => from.party.kind === 'extension');
    for (const { from, ended } of left) {
      if (from.sipCallId === other.leg.sipCallId) expect(ended).toBeDefined();
    }
    // 101 is free.
    const { leg } = await after.dial('103', '101');
    expect(leg.ended).toBeUndefined();
    expect(after.signalling.to('101')).toBeDefined();
    await close();
  });

  test('and one of whose dialogs cannot be taken up: the call ends, and the others are restored', async () => {
    await before.dial('101', '102');
    before.signalling.to('102').events.answered('an answer', '127.0.0.1');
    await before.settle();
    await before.conversation();
    const adopt = vi.spyOn(FakeSignalling.prototype, 'adopt').mockImplementationOnce(() => {
      throw new Error('the dialog has no tag');
    });
    await restart();
    adopt.mockRestore();
    expect(after.exchange.callsNow).toBe(1);
    expect(after.records).toMatchObject([{ termination: { result: 'failed', reason: 'it could not be restored' } }]);
    expect(after.media.of('leg1').peer).toBeDefined();
    const { leg } = await after.dial('103', '102');
    expect(leg.ended).toBeUndefined();
    await close();
  });
});

const lost = { result: 'failed', reason: 'one of the two was lost with the network', by: 'system' } as const;

test('that a caller is answered is written down when it is so, although call control knew before', async () => {
  let open = (): void => undefined;
  before.media.gate = new Promise(resolve => {
    open = resolve;
  });
  await before.callIn();
  const [id] = notes.calls.keys();
  expect(notes.atOnce.get(id ?? '')?.legs).toEqual({});
  open();
  await before.settle();
  expect(notes.atOnce.get(id ?? '')?.legs).toHaveProperty('caller');
  await before.close();
});

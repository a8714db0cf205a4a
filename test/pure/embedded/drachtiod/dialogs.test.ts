import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../../src/base/clock.ts';
import type { Application } from '../../../../src/embedded/drachtiod/applications/connection.ts';
import { AppDialog } from '../../../../src/embedded/drachtiod/dialogs/appDialog.ts';
import { DialogTable } from '../../../../src/embedded/drachtiod/dialogs/dialogTable.ts';
import { noSession } from '../../../../src/embedded/drachtiod/sessionTimer/sessionEvents.ts';
import { SessionTimer } from '../../../../src/embedded/drachtiod/sessionTimer/sessionTimer.ts';
import { type Dialog, keyOf } from '../../../../src/embedded/sip/dialogs/dialog.ts';

const owner: Application = { id: 'a', tags: new Set(), connected: true, send: () => {} };
const hop = { protocol: 'udp', address: '10.0.0.2', port: 5060 } as const;

const sip = (remoteTag: string, parts: Partial<Dialog> = {}): Dialog => ({
  role: 'uac',
  state: 'early',
  callId: 'call',
  localTag: 'local',
  remoteTag,
  local: '<sip:a@b>;tag=local',
  remote: `<sip:c@d>;tag=${remoteTag}`,
  localSequence: 1,
  remoteSequence: null,
  remoteTarget: 'sip:c@d',
  routeSet: [],
  ...parts,
});

const made = (clock = new VirtualClock()) => {
  const table = new DialogTable();
  const dialog = new AppDialog({
    id: table.claim('call;from-tag=local'),
    kind: 'invite',
    owner,
    hop,
    clock,
    session: noSession,
  });
  return { table, dialog, clock };
};

describe('the table of dialogs', () => {
  test('forks of one call are found each by its tag; the one that answers is left', () => {
    const { table, dialog } = made();
    table.put(dialog, sip('one'));
    table.put(dialog, sip('two', { localSequence: 5 }));
    expect([table.size, dialog.sip?.remoteTag]).toEqual([1, 'two']);
    expect(table.withKey(keyOf(sip('one')))).toBe(dialog);
    expect(dialog.fork(keyOf(sip('one')))?.remoteTag).toBe('one');
    expect(table.withCallId('call')).toBeUndefined();
    // Requests went both ways while it was early: the numbers go on from there.
    table.put(dialog, sip('one', { localSequence: 3, remoteSequence: 9 }));
    table.confirm(dialog, sip('one', { state: 'confirmed' }));
    expect(dialog.sip).toMatchObject({ remoteTag: 'one', localSequence: 3, remoteSequence: 9 });
    expect(table.withKey(keyOf(sip('two')))).toBeUndefined();
    expect([table.get(dialog.id), table.withCallId('call')]).toEqual([dialog, dialog]);
  });

  test('nothing is left of what is removed, and nothing comes back', () => {
    const { table, dialog } = made();
    table.confirm(dialog, sip('one', { state: 'confirmed' }));
    table.remove(dialog);
    table.remove(dialog);
    table.put(dialog, sip('one'));
    table.confirm(dialog, sip('one'));
    expect([table.size, table.get(dialog.id), table.withKey(keyOf(sip('one'))), table.withCallId('call')]).toEqual([
      0,
      undefined,
      undefined,
      undefined,
    ]);
    expect(table.claim(dialog.id)).toBe(dialog.id);
  });

  test('an id is given away once', () => {
    const table = new DialogTable();
    expect([table.claim('x'), table.claim('x'), table.claim('x')]).toEqual(['x', 'x;leg=2', 'x;leg=3']);
    table.release('x;leg=2');
    expect(table.claim('x')).toBe('x;leg=2');
  });

  test('a subscription ends by itself, unless it is renewed or removed before', () => {
    const { table, dialog, clock } = made();
    table.confirm(dialog, sip('one'));
    dialog.expireAfter(60, () => table.remove(dialog));
    clock.advance(59_000);
    dialog.expireAfter(60, () => table.remove(dialog));
    clock.advance(59_000);
    expect(table.size).toBe(1);
    clock.advance(1_000);
    expect([table.size, clock.armed]).toEqual([0, 0]);
  });
});

describe('the timer of a session', () => {
  const timer = () => {
    const clock = new VirtualClock(0);
    const words: string[] = [];
    const note = (word: string): void => void words.push(`${clock.now() / 1000} ${word}`);
    const session = new SessionTimer(clock, {
      refresh: ({ seconds }) => note(`refresh ${seconds}`),
      expired: () => note('expired'),
    });
    return { clock, words, session };
  };

  test('they refresh: it is over a third before the end, 32 s at most', () => {
    const { clock, words, session } = timer();
    session.start({ seconds: 90, refresher: 'them' });
    clock.advance(100_000);
    session.start({ seconds: 1800, refresher: 'them' });
    clock.advance(2_000_000);
    expect(words).toEqual(['60 expired', '1868 expired']);
    expect([session.running, clock.armed]).toEqual([false, 0]);
  });

  test('we refresh at half, again after a retry, and it is over all the same where nothing comes of it', () => {
    const { clock, words, session } = timer();
    session.start({ seconds: 90, refresher: 'us' });
    session.retry(1_000);
    clock.advance(45_000);
    session.retry(4_000);
    session.retry(1_000);
    clock.advance(100_000);
    expect(words).toEqual(['45 refresh 90', '49 refresh 90', '60 expired']);
    expect(clock.armed).toBe(0);
  });

  test('a start begins anew, a stop ends it', () => {
    const { clock, words, session } = timer();
    session.start({ seconds: 90, refresher: 'us' });
    clock.advance(50_000);
    session.start({ seconds: 90, refresher: 'us' });
    expect(session.interval).toEqual({ seconds: 90, refresher: 'us' });
    clock.advance(44_000);
    session.stop();
    clock.advance(100_000);
    expect(words).toEqual(['45 refresh 90']);
    expect([session.interval, clock.armed]).toEqual([undefined, 0]);
  });
});

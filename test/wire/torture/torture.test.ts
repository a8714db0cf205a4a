import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Office } from '../../support/switchboard/office.ts';
import { callIdOf, options, type StrangeConnection, Stranger, statusOf } from '../../support/wire/stranger.ts';
import { WaitingCaller } from '../../support/wire/waitingCaller.ts';
import { expectations } from '../../torture/expectations.ts';
import { answerInStream, answerTo } from './answers.ts';

const folder = process.env.KOZPONT_TORTURE ?? '';
const there = folder !== '' && existsSync(folder);
const why = there ? '' : ' (skipped: KOZPONT_TORTURE names no folder with them)';
const names = there
  ? readdirSync(folder)
      .filter(file => file.endsWith('.dat'))
      .map(file => file.slice(0, -'.dat'.length))
  : ['each message'];

/** The published file of baddn lacks the empty line, which is not what the message is about. */
function bytesOf(name: string): Buffer {
  const bytes = readFileSync(join(folder, `${name}.dat`));
  return bytes.includes('\r\n\r\n') ? bytes : Buffer.concat([bytes, Buffer.from('\r\n')]);
}

/** Some have one transaction id (topmost Via and method): at one switchboard the second of them would be a repetition. */
function rounds(all: readonly string[]): string[][] {
  const made: { readonly names: string[]; readonly ids: Set<string> }[] = [];
  for (const name of all) {
    const text = bytesOf(name).toString('latin1');
    const id = `${/^\S+/.exec(text)?.[0]} ${/^via[ \t]*:\s*(.*)$/im.exec(text)?.[1]}`;
    let round = made.find(({ ids }) => !ids.has(id));
    if (round === undefined) {
      round = { names: [], ids: new Set() };
      made.push(round);
    }
    round.names.push(name);
    round.ids.add(id);
  }
  return made.map(round => round.names);
}

/** Each message at a running switchboard, beside a call that must not notice. */
describe.skipIf(!there)(`RFC 4475's messages at the switchboard${why}`, () => {
  for (const [index, round] of (there ? rounds(names) : [names]).entries()) {
    describe(`round ${index + 1}`, () => {
      beside('datagrams', 'udp', ({ stranger }) => {
        it.each(round)('%s', async name => {
          const expected = answerTo(name);
          await stranger().send(bytesOf(name));
          if (expected !== 'nothing') expect(statusOf(await stranger().final())).toBe(expected);
          await stranger().probe();
        });
      });

      const inStreams = round.filter(name => expectations[name]?.stream !== 'two');
      beside('streams, cut at every byte', 'tcp', ({ connected }) => {
        it.each(inStreams)('%s', name =>
          connected(async (connection, next) => {
            connection.sendByteByByte(bytesOf(name));
            await isAnswered(name, connection);
            if (expectations[name]?.stream === 'same') await isHeard(connection, next());
          }),
        );
      });

      beside('streams, glued to the next message', 'tcp', ({ connected }) => {
        it.each(inStreams)('%s', name =>
          connected(async (connection, next) => {
            const probe = next();
            connection.send(Buffer.concat([bytesOf(name), Buffer.from(probe)]));
            if (expectations[name]?.stream !== 'same') return isAnswered(name, connection);
            await bothAnswered(name, connection, probe);
          }),
        );
      });

      beside('streams, glued to the message before', 'tcp', ({ connected }) => {
        it.each(inStreams)('%s', name =>
          connected(async (connection, next) => {
            const probe = next();
            connection.send(Buffer.concat([Buffer.from(probe), bytesOf(name)]));
            if (expectations[name]?.stream === 'same') await bothAnswered(name, connection, probe);
            // A stream that is broken is closed, and what was still to be said in it is lost.
            else if (expectations[name]?.stream === 'broken') await connection.isClosed();
            else expect(callIdOf(await connection.final())).toBe(callIdOf(probe));
          }),
        );
      });
    });
  }
});

interface Around {
  stranger(): Stranger;
  /** With a connection of its own; `next` gives a request that is always answered. */
  connected(story: (connection: StrangeConnection, next: () => string) => Promise<void>): Promise<void>;
}

function beside(title: string, transport: 'udp' | 'tcp', tests: (around: Around) => void): void {
  describe(title, () => {
    let office: Office;
    let caller: WaitingCaller;
    let stranger: Stranger;
    let probes = 0;
    beforeAll(async () => {
      office = await Office.open({});
      caller = await WaitingCaller.open(office);
      const { port } = office.kozpont.listening.find(one => one.transport === transport) ?? expect.unreachable();
      stranger = await Stranger.open({ address: '127.0.0.1', port });
    });
    afterAll(async () => {
      // From the first message to the last.
      await caller.hasHeardAll();
      expect(office.kozpont.alive()).toEqual({ calls: 1, legs: 2, endpoints: 1 });
      await stranger.close();
      await caller.hangUp();
      await office.close();
    });
    tests({
      stranger: () => stranger,
      async connected(story) {
        const connection = await stranger.connect();
        await story(connection, () => options(`next-${++probes}`, 'TCP', stranger.address));
        await connection.close();
        // Whoever comes next is served.
        const other = await stranger.connect();
        await isHeard(other, options(`other-${++probes}`, 'TCP', stranger.address));
        await other.close();
      },
    });
  });
}

/** As it should be in a stream: by a status, by nothing yet, or by a status and the end of the connection. */
async function isAnswered(name: string, connection: StrangeConnection): Promise<void> {
  const expected = answerInStream(name);
  if (expectations[name]?.stream === 'waits') {
    expect([connection.isOpen, connection.received]).toEqual([true, []]);
    return;
  }
  if (expected !== 'nothing') expect(statusOf(await connection.final())).toBe(expected);
  if (expectations[name]?.stream === 'broken') await connection.isClosed();
}

async function isHeard(connection: StrangeConnection, probe: string): Promise<void> {
  connection.send(probe);
  const answer = await connection.final();
  expect([callIdOf(answer), statusOf(answer)]).toEqual([callIdOf(probe), 200]);
}

/** In whatever order: what an application answers comes later than what the server refuses by itself. */
async function bothAnswered(name: string, connection: StrangeConnection, probe: string): Promise<void> {
  const expected = answerInStream(name);
  const answers = [await connection.final()];
  if (expected !== 'nothing') answers.push(await connection.final());
  const ofProbe = answers.find(answer => callIdOf(answer) === callIdOf(probe));
  expect(statusOf(ofProbe ?? '')).toBe(200);
  const ofMessage = answers.filter(answer => answer !== ofProbe).map(statusOf);
  expect(ofMessage).toEqual(expected === 'nothing' ? [] : [expected]);
}

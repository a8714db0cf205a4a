import type { Clock, Duration } from '../../base/clock.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { ServerAddress } from '../../config/config.ts';
import { encodeFrame, FrameReader } from '../../embedded/drachtiod/protocol/frame.ts';
import type { DrachtioAnswer, Failure } from '../facts.ts';
import { converse, dial } from './wire.ts';

const longestFrame = 64_000;

/**
 * Introduces us to drachtio-server as an application, asks for a pong, and leaves. An application that has asked for no
 * requests is given none: calls go on to those that did.
 */
export async function askDrachtio(
  clock: Clock,
  { host, port, secret }: ServerAddress,
  within: Duration,
): Promise<DrachtioAnswer | Failure> {
  const dialled = await dial(clock, { host, port }, within);
  if (!dialled.ok) return dialled.error;
  const socket = dialled.value;
  const reader = new FrameReader(longestFrame);
  const ask = async (id: string, command: string): Promise<Result<readonly string[], Failure>> => {
    const answer = await converse(
      clock,
      socket,
      encodeFrame(Buffer.from(`${id}|${command}`)),
      chunk => answerTo(id, reader.push(chunk)),
      within,
    );
    return answer.ok ? answer.value : answer;
  };
  try {
    const greeting = await ask('1', `authenticate|${secret}`);
    if (!greeting.ok) return greeting.error;
    const [verdict, first = '', version = '', local = ''] = greeting.value;
    if (verdict !== 'OK') return { kind: 'refused', detail: first };
    const pong = await ask('2', 'ping');
    if (!pong.ok) return pong.error;
    // Behind a NAT the first list has what the world sees; where it listens is in the second one.
    const listeners = (local === '' ? first : local).split(',').filter(text => text !== '');
    return { kind: 'answered', version, listeners };
  } finally {
    socket.destroy();
  }
}

/** `<id>|response|<id of the command>|OK|…`; what else the server says meanwhile is not for us. */
function answerTo(
  id: string,
  frames: Result<readonly Buffer[], string>,
): Result<readonly string[], Failure> | undefined {
  if (!frames.ok) return fail({ kind: 'foreign', detail: frames.error });
  for (const frame of frames.value) {
    const tokens = frame.toString('utf8').split('|');
    if (tokens[1] === 'response' && tokens[2] === id) return ok(tokens.slice(3));
  }
  return undefined;
}

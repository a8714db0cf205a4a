import { systemClock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { createLog } from '../../base/log.ts';
import type { Command, ExitStatus, Surroundings } from '../command.ts';
import { people } from '../demo/people.ts';
import { buildStage, type Stage } from '../demo/stage.ts';
import { Story } from '../demo/story.ts';
import { summary } from '../demo/summary.ts';
import { Timeline } from '../demo/timeline.ts';

export const command: Command = {
  options: {},
  about: `Starts a switchboard of its own on loopback, with the sample dialplan and state that is thrown away, and lets
built-in telephones tell a story over real SIP and RTP: a call that is greeted, taken, transferred to somebody who does
not answer, brought back with the reason, and transferred again. Every telephone says a tone of its own, so that what
the others hear is known for certain. Exits with 1 if anything in it was not as it should be.`,

  async run(_, surroundings) {
    const timeline = new Timeline({
      clock: systemClock,
      colours: surroundings.colours === true,
      width: Math.max(...people.map(({ name }) => name.length)),
      print: line => surroundings.print(line),
    });
    return perform(timeline, surroundings);
  },
};

async function perform(timeline: Timeline, surroundings: Surroundings): Promise<ExitStatus> {
  const level = { level: 'warn' } as const;
  let stage: Stage | undefined;
  const interruption = interrupted(surroundings);
  try {
    stage = await buildStage({
      clock: systemClock,
      log: surroundings.log === undefined ? createLog(level) : createLog(level, surroundings.log),
      timeline,
      environment: surroundings.environment,
      progress: text => surroundings.progress(text),
    });
    timeline.begin();
    const told = await Promise.race([new Story(stage, timeline).tell(), interruption.happens]);
    const seconds = timeline.elapsed / 1000;
    await stage.close();
    const left = Object.entries(stage.kozpont.alive()).filter(([, count]) => count !== 0);
    if (left.length > 0) throw new Error(`left behind: ${left.map(([what, count]) => `${count} ${what}`).join(', ')}`);
    surroundings.print(`\n${summary(told, seconds)}`);
    return 0;
  } catch (error) {
    surroundings.complain(`\nkozpont: the demonstration has failed: ${messageOf(error)}`);
    await stage?.close();
    return 1;
  } finally {
    interruption.release();
  }
}

/** A promise that nothing keeps, and a signal breaks. */
function interrupted(surroundings: Surroundings): { readonly happens: Promise<never>; release(): void } {
  let release = (): void => {};
  const happens = new Promise<never>((_, reject) => {
    release = surroundings.onStopSignal(signal => reject(new Error(`${signal}: it was interrupted`)));
  });
  happens.catch(() => {});
  return { happens, release };
}

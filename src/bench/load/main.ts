/** The load: callers and phones in one process, far leaner than any telephone, so that one core is enough for them. */
import { systemClock } from '../../base/clock.ts';
import { answerParent } from '../child.ts';
import type { LoadResult, Opened, ToLoad } from '../messages.ts';
import { run } from './scenarios.ts';
import { SipAgent } from './sip.ts';
import { Stage } from './stage.ts';

let sip: SipAgent | undefined;

async function open(): Promise<Opened> {
  sip = await SipAgent.open(systemClock);
  return { phonePort: sip.port };
}

async function play({ sipPort, scenario }: Extract<ToLoad, { kind: 'run' }>): Promise<LoadResult> {
  if (sip === undefined) throw new Error('the load is not open yet');
  sip.server = sipPort;
  const stage = await Stage.open(systemClock, sip);
  try {
    await run(stage, scenario);
    return stage.result();
  } finally {
    stage.close();
  }
}

answerParent<ToLoad>(async question => {
  switch (question.kind) {
    case 'open':
      return open();
    case 'run':
      return play(question);
    case 'close':
      sip?.close();
      return undefined;
  }
});

import { showNumber } from '../../base/numbers/shown.ts';
import { showPosition } from '../../base/position.ts';
import { showDuration } from '../../base/yaml/duration.ts';
import type { TransferEvent } from '../../call/trail.ts';
import type { Happening, Moment, Timeline } from './moment.ts';
import { showTime } from './wallClock.ts';

/** Timers that stand behind everything and mean something only when they fire. */
const background: ReadonlySet<string> = new Set(['prompt', 'talk', 'returned', 'adopt', 'settle', 'leave']);

/** Timers of one leg are named `<kind>:<leg>`. */
const kindOf = (timer: string): string => timer.split(':', 1)[0] ?? timer;

/** Whether a reader wants to see it: not the guards, nor what another moment says already. */
export function worthTelling(moment: Moment): boolean {
  if (moment.kind === 'timerSet') return !background.has(kindOf(moment.timer));
  if (moment.kind === 'sounded') return moment.sound !== 'silence';
  if (moment.kind === 'told') return moment.status >= 200;
  return true;
}

/** The cells of a line: the time on the wall, seconds since the start, what happened, and where it stands. */
export function lineOf(moment: Moment, { startedAt, timezone }: Omit<Timeline, 'moments'>): readonly string[] {
  return [
    showTime(startedAt + moment.at, timezone),
    `+${(moment.at / 1000).toFixed(3)}`,
    inWords(moment),
    moment.place === undefined ? '' : showPosition(moment.place),
  ];
}

/** A happening as a sentence about who did or met it. */
export function inWords(moment: Happening): string {
  switch (moment.kind) {
    case 'called':
      return `${moment.by} (${moment.from === '' ? 'anonymous' : showNumber(moment.from)}) calls ${showNumber(moment.to)}`;
    case 'connected':
      return `${moment.who} is through to Kozpont`;
    case 'entered':
      return `→ ${moment.node} (${moment.language})`;
    case 'heard':
      return moment.prompts
        .map(({ name, text }) => `${moment.who} hears ${name} (${moment.language}): “${text}”`)
        .join(', then ');
    case 'sounded':
      return `${moment.who} hears ${soundInWords(moment.sound, moment.name)}`;
    case 'joined':
      return `${moment.who[0]} and ${moment.who[1]} hear each other`;
    case 'pressed':
      return `${moment.who} presses ${moment.digit}`;
    case 'understood':
      if (moment.meaning === 'invalid') return `${moment.digits} means nothing here`;
      return moment.meaning === 'chosen' ? `${moment.digits} is chosen` : `feature code ${moment.digits}`;
    case 'noInput':
      return 'nothing was pressed';
    case 'rung':
      return `${moment.who} rings${moment.alert === 'recall' ? ' again' : ''}, showing “${moment.shows}”`;
    case 'answered':
      return `${moment.who} answers`;
    case 'failed':
      return `${moment.who} ${failureInWords[moment.reason] ?? moment.reason} (${moment.status})`;
    case 'busy':
      return `${moment.who} is in a call already: busy`;
    case 'shown':
      return `${moment.who} sees: ${moment.shows}`;
    case 'stoppedRinging':
      return `${moment.who} stops ringing`;
    case 'queued':
      return `waits in queue ${moment.queue}${moment.front ? ', at its front' : ''}`;
    case 'unqueued':
      return `leaves queue ${moment.queue}`;
    case 'held':
      return `${moment.who} holds`;
    case 'resumed':
      return `${moment.who} resumes`;
    case 'transfer':
      return eventInWords(moment.event);
    case 'calendarSet':
      return `${moment.who} ${calendarInWords(moment)}`;
    case 'calendarOverridden':
      return `${moment.calendar} is ${moment.state} by hand`;
    case 'asked':
      return `${moment.who} asks for a transfer${moment.target === '' ? ' to whom it talks to' : ` to ${moment.target}`}`;
    case 'told':
      return `the transferor is told ${moment.status} ${moment.text}`;
    case 'timerSet':
      return `timer ${moment.timer} set: fires in ${showDuration(moment.after)} (${moment.reason})`;
    case 'timerFired':
      return `timer ${moment.timer} fires: ${moment.reason}`;
    case 'left':
      return `${moment.who} ${moment.by === 'local' ? 'is hung up' : moment.by === 'remote' ? 'hangs up' : `is lost with the ${moment.by}`}`;
    case 'ended':
      return `the call ends: ${moment.termination.result} (${moment.termination.reason})`;
  }
}

function calendarInWords({ calendar, to, until }: Extract<Happening, { kind: 'calendarSet' }>): string {
  if (to === 'timetable') return `gives ${calendar} back to its timetable`;
  const how = until === undefined ? 'until further notice' : `until ${until}`;
  return `${to === 'open' ? 'opens' : 'closes'} ${calendar} by hand ${how}`;
}

function soundInWords(sound: string, name: string | undefined): string {
  if (sound === 'music') return `music ${name ?? 'default'}`;
  if (sound === 'confirm' || sound === 'error') return `the ${sound} tone`;
  if (sound === 'returned') return 'the tone of a call that is back';
  return sound;
}

const failureInWords: Readonly<Record<string, string>> = {
  busy: 'is busy',
  noAnswer: 'does not answer',
  declined: 'declines',
  unreachable: 'is unreachable',
  unavailable: 'is unavailable',
  noSuchNumber: 'is no number there',
};

function eventInWords(event: TransferEvent): string {
  switch (event.kind) {
    case 'transferStarted':
      return `${event.how} transfer by ${event.transferor} to ${event.target} begins`;
    case 'transferRinging':
      return `transfer: ${event.target} rings`;
    case 'transferFailed':
      return `transfer to ${event.target} fails: ${event.reason}`;
    case 'recallStarted':
      return `recall ${event.nth} to ${event.operator}: ${event.reason}${event.target === '' ? '' : ` ${event.target}`}`;
    case 'recallAnswered':
      return `recall: ${event.operator} takes the call back`;
    case 'recallFailed':
      return `recall: ${event.operator} does not take the call back`;
    case 'transferAbandoned':
      return `transfer abandoned by the ${event.by}`;
    case 'transferCompleted':
      return `transfer to ${event.target} is complete`;
    default:
      return (event as { readonly kind: string }).kind;
  }
}

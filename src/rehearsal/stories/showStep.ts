import { showDuration } from '../../base/yaml/duration.ts';
import type { StoryStep } from './grammar.ts';

/** A step as a sentence. */
export function showStep(step: StoryStep): string {
  if ('hears' in step) {
    const { who, what, language } = step.hears;
    return `${who} hears ${what}${language === undefined ? '' : ` (${language})`}`;
  }
  if ('enters' in step) return `→ ${step.enters}`;
  if ('presses' in step) return `${step.presses.who} presses ${step.presses.keys}`;
  if ('waits' in step) return `${showDuration(step.waits)} pass`;
  if ('rings' in step) {
    const { who, shows } = step.rings;
    return `${list(who)} ${who.length === 1 ? 'rings' : 'ring'}${shows === undefined ? '' : `, showing “${shows}”`}`;
  }
  if ('stops' in step) return `${list(step.stops)} ${step.stops.length === 1 ? 'stops' : 'stop'} ringing`;
  if ('answers' in step) return `${step.answers} answers`;
  if ('declines' in step) return `${step.declines} declines`;
  if ('busy' in step) return `${step.busy} is busy`;
  if ('unreachable' in step) return `${step.unreachable} is unreachable`;
  if ('talks' in step) return `${step.talks[0]} and ${step.talks[1]} hear each other`;
  if ('transfers' in step) {
    const { who, to, refused } = step.transfers;
    return `${who} transfers to ${to}${refused === undefined ? '' : `, and is refused with ${refused}`}`;
  }
  if ('consults' in step) return `${step.consults.who} holds, and calls ${step.consults.with}`;
  if ('completes' in step) return `${step.completes} completes the transfer`;
  if ('holds' in step) return `${step.holds} holds`;
  if ('resumes' in step) return `${step.resumes} resumes`;
  return `${step.hangsUp} hangs up`;
}

const list = (who: readonly string[]): string => who.join(' and ');

import { assertNever } from '../base/assertNever.ts';
import type { Hearing } from '../call/call.ts';
import type { Sound } from '../media/port.ts';
import type { SoundFile, Sounds } from './ports.ts';

/** What a leg is to hear, as sounds; a promise where one of the files is still being made. */
export function soundsOf(
  hearing: Exclude<Hearing, { kind: 'nothing' | 'party' }>,
  sounds: Pick<Sounds, 'prompt' | 'music'>,
): readonly Sound[] | Promise<Sound[]> {
  switch (hearing.kind) {
    case 'prompts':
      return filesOf(hearing.names.map(name => sounds.prompt(name, hearing.language)));
    case 'tone':
      return [{ kind: 'tone', tone: hearing.tone }];
    case 'ringback':
      return [{ kind: 'tone', tone: 'ringback' }];
    case 'music':
      return filesOf([sounds.music(hearing.name)]);
    case 'silence':
      return [{ kind: 'silence', duration: 1_000 }];
    default:
      return assertNever(hearing);
  }
}

const fileOf = (path: string): Sound => ({ kind: 'file', path });

function filesOf(files: readonly SoundFile[]): readonly Sound[] | Promise<Sound[]> {
  const there = files.filter(file => typeof file === 'string');
  return there.length === files.length
    ? there.map(fileOf)
    : Promise.all(files).then(paths => paths.map(path => fileOf(path)));
}

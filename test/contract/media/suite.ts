/**
 * What an adapter of the media port must do. The far ends are raw RTP telephones, each with a tone of its own; who hears
 * whom is asserted by tone. Nothing here assumes what only one media server can do: it waits for events, never sleeps.
 */
import { describe } from 'vitest';
import { bridges } from './bridges.ts';
import { descriptions } from './descriptions.ts';
import { ends } from './ends.ts';
import { Fixture, type MediaRig } from './fixture.ts';
import { hold } from './hold.ts';
import { keys } from './keys.ts';
import { moving } from './moving.ts';
import { recordings } from './recordings.ts';
import { sounds } from './sounds.ts';

export function mediaContract(name: string, start: () => Promise<MediaRig>): void {
  describe(`media port: ${name}`, () => {
    const fixture = new Fixture(start);
    descriptions(fixture);
    hold(fixture);
    sounds(fixture);
    bridges(fixture);
    keys(fixture);
    moving(fixture);
    recordings(fixture);
    ends(fixture);
  });
}

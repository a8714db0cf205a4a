import type { Progress } from '../prompts/library.ts';
import type { Surroundings } from './command.ts';
import type { Preparation } from './preparation.ts';
import { tell } from './settings.ts';

/** The prompts that are still being made when the switchboard takes its first calls. */
export class Speaking {
  private latest: Progress = { done: 0, total: 0 };
  private shown = false;
  private over = false;

  constructor(private readonly surroundings: Surroundings) {}

  progress(progress: Progress): void {
    this.latest = progress;
    if (this.shown) this.show();
  }

  /** Says so where there is anything to wait for, and what came of it. */
  async announce({ promptsMade, log }: Pick<Preparation, 'promptsMade' | 'log'>): Promise<void> {
    const { done, total } = this.latest;
    if (total === 0 || done < total) {
      this.surroundings.print(
        '\nThe prompts are being spoken. A caller who needs one before it is ready hears ringback.',
      );
      this.shown = true;
      this.show();
    }
    const missing = await promptsMade;
    this.over = true;
    if (this.shown) this.surroundings.progress('');
    if (missing.length > 0) {
      tell(missing, this.surroundings);
      log.error({ missing: missing.length }, 'some prompts cannot be had: callers hear a tone in their place');
    } else if (this.shown) this.surroundings.print('The prompts are ready.');
  }

  private show(): void {
    const { done, total } = this.latest;
    if (!this.over && total > 0) this.surroundings.progress(`Speaking the prompts: ${done} of ${total}`);
  }
}

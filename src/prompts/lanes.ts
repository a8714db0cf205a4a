import { KozpontError } from '../base/errors.ts';

/** So many tasks at once, the others in the order in which they came, and no more than so many waiting. */
export class Lanes {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly count: number,
    private readonly longestQueue: number,
  ) {}

  /** Error where too many wait already: `PROMPT_UNAVAILABLE`. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.running < this.count) this.running++;
    else {
      if (this.waiting.length >= this.longestQueue) {
        throw new KozpontError('PROMPT_UNAVAILABLE', 'too many prompts wait to be rendered');
      }
      // Whoever ends hands its lane over, so that `running` stays as it is.
      await new Promise<void>(resolve => this.waiting.push(resolve));
    }
    try {
      return await task();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.running--;
      else next();
    }
  }
}

import { KozpontError } from './errors.ts';

type Dispose = () => void | Promise<void>;

/**
 * Owns what must not outlive a call: everything that is acquired is given to the scope at once, and `dispose` lets go
 * of all of it in the reverse order, whatever fails on the way. What is given to a closed scope is disposed of at once.
 */
export class Scope {
  private readonly owned = new Map<symbol, Dispose>();
  private disposing: Promise<void> | undefined;

  constructor(private readonly onError: (error: unknown) => void) {}

  get closed(): boolean {
    return this.disposing !== undefined;
  }

  get size(): number {
    return this.owned.size;
  }

  /** Returns a function that lets go of the thing early (and disposes of it), once. */
  own(dispose: Dispose): () => Promise<void> {
    if (this.closed) {
      const done = this.attempt(dispose);
      return () => done;
    }
    const key = Symbol();
    this.owned.set(key, dispose);
    return async () => {
      if (this.owned.delete(key)) await this.attempt(dispose);
    };
  }

  dispose(): Promise<void> {
    this.disposing ??= (async () => {
      const all = [...this.owned.values()].reverse();
      this.owned.clear();
      await Promise.all(all.map(dispose => this.attempt(dispose)));
    })();
    return this.disposing;
  }

  private async attempt(dispose: Dispose): Promise<void> {
    try {
      await dispose();
    } catch (error) {
      this.onError(error);
    }
  }
}

/** The error of asking something that has gone. */
export const disposed = (what: string): KozpontError => new KozpontError('DISPOSED', `${what} is already disposed of`);

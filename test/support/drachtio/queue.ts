/** What comes, in order, for those who wait for it. Nothing is lost, nothing is waited for with a clock. */
export class Queue<T> {
  private readonly items: T[] = [];
  private readonly waiting: { readonly wanted: (item: T) => boolean; readonly resolve: (item: T) => void }[] = [];

  push(item: T): void {
    const index = this.waiting.findIndex(({ wanted }) => wanted(item));
    if (index === -1) this.items.push(item);
    else this.waiting.splice(index, 1)[0]?.resolve(item);
  }

  /** The first item that is wanted, now or once it comes. */
  next(wanted: (item: T) => boolean = () => true): Promise<T> {
    const index = this.items.findIndex(wanted);
    if (index !== -1) return Promise.resolve(this.items.splice(index, 1)[0] as T);
    return new Promise(resolve => this.waiting.push({ wanted, resolve }));
  }

  /** What has come and nobody has asked for. */
  get left(): readonly T[] {
    return this.items;
  }
}

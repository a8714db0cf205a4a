const smallest = 4_096;

/**
 * Bytes that come in pieces and leave in pieces, in one run of memory. What has been taken out stays valid: it is never
 * written over. Each byte is copied a constant number of times at most, however small the pieces are.
 */
export class ByteQueue {
  private store: Buffer = Buffer.alloc(0);
  private from = 0;
  private to = 0;

  get length(): number {
    return this.to - this.from;
  }

  /** All that is in it; valid as what `take` gives is. */
  get bytes(): Buffer {
    return this.store.subarray(this.from, this.to);
  }

  /** A piece that comes alone is not copied, and it is full: whatever follows it goes into a store of our own. */
  add(piece: Buffer): void {
    if (this.length === 0) {
      this.store = piece;
      this.from = 0;
      this.to = piece.length;
      return;
    }
    if (this.to + piece.length > this.store.length) {
      const store = Buffer.allocUnsafe(Math.max(smallest, 2 * (this.length + piece.length)));
      this.store.copy(store, 0, this.from, this.to);
      this.to = this.length;
      this.from = 0;
      this.store = store;
    }
    piece.copy(this.store, this.to);
    this.to += piece.length;
  }

  /** Removes the first `count` bytes, of which there are that many. */
  take(count: number): Buffer {
    const taken = this.store.subarray(this.from, this.from + count);
    this.from += count;
    return taken;
  }

  clear(): void {
    this.store = Buffer.alloc(0);
    this.from = 0;
    this.to = 0;
  }
}

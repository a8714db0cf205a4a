export interface FairQueueLimits {
  /** Of one key. */
  readonly perKey: number;
  /** Of all. */
  readonly entries: number;
  /** Of all, in bytes. */
  readonly bytes: number;
}

interface Line<Entry> {
  readonly key: string;
  readonly entries: { readonly entry: Entry; readonly bytes: number }[];
}

/**
 * What waits, in a line for each key; the lines are served in turn, an entry each. Somebody who sends much waits for
 * their own, and nobody else does. Where there is no room, an entry of the longest line makes it: its last one.
 */
export class FairQueue<Entry> {
  /** The one that is served next comes first. */
  private readonly lines = new Map<string, Line<Entry>>();
  private count = 0;
  private held = 0;

  /** `left`: of each entry that was in the queue and is not any more. */
  constructor(
    private readonly limits: FairQueueLimits,
    private readonly left: (entry: Entry) => void = () => {},
  ) {}

  get size(): number {
    return this.count;
  }

  /** How many entries there was no room for, this one or another. `entry` is made where it is taken. */
  add(key: string, bytes: number, entry: () => Entry): number {
    const known = this.lines.get(key);
    if (known !== undefined && known.entries.length >= this.limits.perKey) return 1;
    if (bytes > this.limits.bytes) return 1;
    const line = known ?? { key, entries: [] };
    let dropped = 0;
    while (this.count >= this.limits.entries || this.held + bytes > this.limits.bytes) {
      const longest = this.longest();
      if (longest === undefined || longest.entries.length <= line.entries.length) return dropped + 1;
      this.taken(longest.entries.pop());
      if (longest.entries.length === 0) this.lines.delete(longest.key);
      dropped++;
    }
    this.lines.set(key, line);
    line.entries.push({ entry: entry(), bytes });
    this.count++;
    this.held += bytes;
    return dropped;
  }

  /** The next one. */
  take(): Entry | undefined {
    const [line] = this.lines.values();
    if (line === undefined) return undefined;
    const first = line.entries.shift();
    this.lines.delete(line.key);
    if (line.entries.length > 0) this.lines.set(line.key, line);
    this.taken(first);
    return first?.entry;
  }

  clear(): void {
    this.lines.clear();
    this.count = 0;
    this.held = 0;
  }

  private taken(entry: { readonly entry: Entry; readonly bytes: number } | undefined): void {
    if (entry === undefined) return;
    this.count--;
    this.held -= entry.bytes;
    this.left(entry.entry);
  }

  private longest(): Line<Entry> | undefined {
    let longest: Line<Entry> | undefined;
    for (const line of this.lines.values()) {
      if (longest === undefined || line.entries.length > longest.entries.length) longest = line;
    }
    return longest;
  }
}

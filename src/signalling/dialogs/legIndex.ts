/** Our legs by their dialogs, for those who name one: Replaces (RFC 3891). */
import type { Leg } from '../port.ts';
import type { Replaces } from '../text/grammar.ts';

export interface IndexedLeg {
  readonly leg: Leg;
  /** Not answered yet. */
  readonly early: boolean;
  /** We sent the INVITE. */
  readonly initiatedByUs: boolean;
}

/** `ourTag` is the tag of our side of the dialog, which Replaces names `to-tag`. */
export interface DialogName {
  readonly callId: string;
  readonly ourTag: string;
  readonly theirTag: string;
}

/** No header field can hold a line end: names cannot be confused. */
const keyOf = ({ callId, ourTag, theirTag }: DialogName): string => `${callId}\n${ourTag}\n${theirTag}`;

export class LegIndex {
  private readonly legs = new Map<string, IndexedLeg>();

  get size(): number {
    return this.legs.size;
  }

  /** Gives what removes it again. */
  add(name: DialogName, leg: IndexedLeg): () => void {
    const key = keyOf(name);
    this.legs.set(key, leg);
    return () => {
      if (this.legs.get(key) === leg) this.legs.delete(key);
    };
  }

  find(replaces: Replaces): IndexedLeg | undefined {
    return this.legs.get(keyOf({ callId: replaces.callId, ourTag: replaces.toTag, theirTag: replaces.fromTag }));
  }
}

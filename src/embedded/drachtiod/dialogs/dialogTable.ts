/** The dialogs that are alive, by the application's id and by the keys of their SIP dialogs. */
import { type Dialog, keyOf } from '../../sip/dialogs/dialog.ts';
import type { AppDialog } from './appDialog.ts';

export class DialogTable {
  private readonly byId = new Map<string, AppDialog>();
  private readonly byKey = new Map<string, AppDialog>();
  /** Confirmed ones. */
  private readonly byCallId = new Map<string, AppDialog>();
  /** Early ones and confirmed ones. */
  private readonly callIds = new Map<string, AppDialog>();

  /** Ids that are given away, to dialogs that may not have come into being yet. */
  private readonly claimed = new Set<string>();

  get size(): number {
    return this.byId.size;
  }

  /**
   * An id for a dialog to come: the one that is wanted, unless another one that is alive has it. A call that comes back
   * to us through a proxy keeps its Call-ID and its From tag.
   */
  claim(wanted: string): string {
    let id = wanted;
    for (let n = 2; this.claimed.has(id); n += 1) id = `${wanted};leg=${n}`;
    this.claimed.add(id);
    return id;
  }

  /** Of a dialog that does not come into being after all; `remove` does it for those that did. */
  release(id: string): void {
    this.claimed.delete(id);
  }

  get(id: string): AppDialog | undefined {
    return this.byId.get(id);
  }

  withKey(key: string): AppDialog | undefined {
    return this.byKey.get(key);
  }

  /** A confirmed dialog with that Call-ID. */
  withCallId(callId: string): AppDialog | undefined {
    return this.byCallId.get(callId);
  }

  /** Is there a dialog with that Call-ID, be it early? */
  hasCall(callId: string): boolean {
    return this.callIds.has(callId);
  }

  all(): Iterable<AppDialog> {
    return this.byId.values();
  }

  /** A SIP dialog of `owner` came into being, or changed. */
  put(owner: AppDialog, dialog: Dialog): void {
    if (owner.state === 'terminated') return;
    this.byId.set(owner.id, owner);
    this.byKey.set(owner.put(dialog), owner);
    this.callIds.set(dialog.callId, owner);
  }

  /** A 2xx: the other forks are forgotten. */
  confirm(owner: AppDialog, dialog: Dialog): void {
    if (owner.state === 'terminated') return;
    for (const key of owner.confirm(dialog)) this.byKey.delete(key);
    this.byId.set(owner.id, owner);
    this.byKey.set(keyOf(dialog), owner);
    this.byCallId.set(dialog.callId, owner);
    this.callIds.set(dialog.callId, owner);
  }

  /** Idempotent. */
  remove(dialog: AppDialog): void {
    if (dialog.state !== 'terminated') this.release(dialog.id);
    dialog.state = 'terminated';
    dialog.sessionTimer.stop();
    dialog.expireAfter(undefined);
    for (const key of dialog.keys) if (this.byKey.get(key) === dialog) this.byKey.delete(key);
    if (this.byId.get(dialog.id) === dialog) this.byId.delete(dialog.id);
    const callId = dialog.sip?.callId ?? '';
    if (this.byCallId.get(callId) === dialog) this.byCallId.delete(callId);
    if (this.callIds.get(callId) === dialog) this.callIds.delete(callId);
    dialog.acknowledged();
  }
}

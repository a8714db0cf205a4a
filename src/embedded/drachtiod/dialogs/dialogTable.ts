/** The dialogs that are alive, by the application's id and by the keys of their SIP dialogs. */
import type { Dialog } from '../../sip/dialogs/dialog.ts';
import type { AppDialog } from './appDialog.ts';

export class DialogTable {
  private readonly byId = new Map<string, AppDialog>();
  private readonly byKey = new Map<string, AppDialog>();
  /** Confirmed ones. */
  private readonly byCallId = new Map<string, AppDialog>();

  get size(): number {
    return this.byId.size;
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

  all(): Iterable<AppDialog> {
    return this.byId.values();
  }

  /** A SIP dialog of `owner` came into being, or changed. */
  put(owner: AppDialog, dialog: Dialog): void {
    if (owner.state === 'terminated') return;
    this.byId.set(owner.id, owner);
    this.byKey.set(owner.put(dialog), owner);
  }

  /** A 2xx: the other forks are forgotten. */
  confirm(owner: AppDialog, dialog: Dialog): void {
    if (owner.state === 'terminated') return;
    this.put(owner, dialog);
    for (const key of owner.confirm(dialog)) this.byKey.delete(key);
    this.byCallId.set(dialog.callId, owner);
  }

  /** Idempotent. */
  remove(dialog: AppDialog): void {
    dialog.state = 'terminated';
    dialog.sessionTimer.stop();
    for (const key of dialog.keys) if (this.byKey.get(key) === dialog) this.byKey.delete(key);
    if (this.byId.get(dialog.id) === dialog) this.byId.delete(dialog.id);
    const callId = dialog.sip?.callId ?? '';
    if (this.byCallId.get(callId) === dialog) this.byCallId.delete(callId);
    dialog.acknowledged();
  }
}

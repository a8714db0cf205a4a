import type { Effect } from '../call/effect.ts';
import type { TransferRequest } from '../signalling/port.ts';

type Told<Kind extends Effect['kind']> = Omit<Extract<Effect, { kind: Kind }>, 'kind'>;

/** The REFERs of a call that have no final answer yet (RFC 3515), by the id of their transfer. */
export class Transfers {
  private readonly open = new Map<string, { readonly request: TransferRequest; accepted: boolean }>();

  add(transferId: string, request: TransferRequest): void {
    this.open.set(transferId, { request, accepted: false });
  }

  accept({ transferId }: Told<'acceptTransfer'>): void {
    const transfer = this.open.get(transferId);
    if (transfer === undefined) return;
    transfer.accepted = true;
    transfer.request.accept();
  }

  refuse({ transferId, status, text }: Told<'refuseTransfer'>): void {
    this.open.get(transferId)?.request.refuse(status, text);
    this.open.delete(transferId);
  }

  report({ transferId, status, text }: Told<'reportTransfer'>): void {
    this.open.get(transferId)?.request.progress(status, text);
    if (status >= 200) this.open.delete(transferId);
  }

  /** The call is over. */
  close(): void {
    for (const { request, accepted } of this.open.values()) {
      request[accepted ? 'progress' : 'refuse'](487, 'Request Terminated');
    }
    this.open.clear();
  }
}

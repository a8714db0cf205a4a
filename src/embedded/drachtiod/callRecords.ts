/** Call records for the applications that asked for them by `route|cdr:…` (drachtio-srf: `srf.on('cdr:start', …)`). */
import type { Routes } from './applications/routes.ts';
import type { Encoded } from './messages/encode.ts';
import { showTime } from './protocol/meta.ts';
import { type CallRecord, callRecordFrame } from './protocol/outgoing.ts';

export class CallRecords {
  constructor(private readonly routes: Routes) {}

  /** `encode` is called only where somebody wants the record. */
  post(record: CallRecord, encode: () => Encoded): void {
    const application = this.routes.next(`cdr:${record.kind}`);
    if (application === undefined) return;
    const { bytes, meta } = encode();
    application.send(callRecordFrame(record, meta, showTime(meta.time), bytes));
  }
}

import { Counter, Histogram, type Registry } from 'prom-client';
import type { CallRecord } from '../../call/record.ts';
import type { TerminationResult } from '../../call/termination.ts';
import type { TransferEvent } from '../../call/trail.ts';
import { refusalReasons, type Watcher } from '../../exchange/ports.ts';

/** In this form, so that the compiler finds one that is missing. */
const results: Readonly<Record<TerminationResult, true>> = {
  completed: true,
  goodbye: true,
  abandoned: true,
  refused: true,
  transferred: true,
  failed: true,
};

/** What happens to calls, counted as it happens. */
export function callMetrics(registry: Registry): Watcher {
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> =>
    new Counter({ name, help, labelNames, registers: [registry] });
  const histogram = (name: string, help: string, buckets: number[]): Histogram =>
    new Histogram({ name, help, buckets, registers: [registry] });

  const begun = counter('kozpont_calls_begun_total', 'Calls that were taken in.', ['origin']);
  const refused = counter('kozpont_calls_refused_total', 'New calls that got 503.', ['reason']);
  const ended = counter('kozpont_calls_ended_total', 'Calls that have ended.', ['result', 'by']);
  const transfersBegun = counter('kozpont_transfers_begun_total', 'Transfers that were accepted.', ['how']);
  const transfersEnded = counter('kozpont_transfers_ended_total', 'What became of transfers.', ['outcome', 'reason']);
  const recallsBegun = counter('kozpont_recalls_begun_total', 'Calls that came back to an operator.', ['reason']);
  const recallsEnded = counter('kozpont_recalls_ended_total', 'What became of recalls.', ['outcome']);
  const effectsFailed = counter('kozpont_effects_failed_total', 'What calls asked for in vain.', ['effect']);
  const mediaElsewhere = counter(
    'kozpont_calls_media_elsewhere_total',
    'Calls with media from an address that was not described, which was not heard.',
    [],
  );
  const duration = histogram('kozpont_call_duration_seconds', 'From the INVITE of a call to its end.', [
    ...[5, 15, 30, 60, 120, 300, 600, 1_800, 3_600],
  ]);
  const wait = histogram('kozpont_call_answer_seconds', 'From the INVITE of a call to the first person who answers.', [
    ...[2, 5, 10, 20, 30, 60, 120, 300, 600],
  ]);

  // What has not happened yet is none, and not nothing: a rate over it can be asked for.
  for (const origin of ['trunk', 'extension']) begun.inc({ origin }, 0);
  for (const reason of refusalReasons) refused.inc({ reason }, 0);
  for (const result of Object.keys(results))
    for (const by of ['caller', 'callee', 'system']) ended.inc({ result, by }, 0);

  const transferEvent = (event: TransferEvent): void => {
    switch (event.kind) {
      case 'transferStarted':
        return transfersBegun.inc({ how: event.how });
      case 'transferFailed':
        return transfersEnded.inc({ outcome: 'failed', reason: event.reason });
      case 'transferAbandoned':
        return transfersEnded.inc({ outcome: 'abandoned', reason: event.by });
      case 'transferCompleted':
        return transfersEnded.inc({ outcome: 'completed', reason: '' });
      case 'recallStarted':
        return recallsBegun.inc({ reason: event.reason });
      case 'recallAnswered':
        return recallsEnded.inc({ outcome: 'answered' });
      case 'recallFailed':
        return recallsEnded.inc({ outcome: 'failed' });
      case 'transferRinging':
        return;
    }
  };
  return {
    callBegan: (_, { kind }) => begun.inc({ origin: kind }),
    callRefused: reason => refused.inc({ reason }),
    transferEvent: (_, event) => transferEvent(event),
    effectFailed: effect => effectsFailed.inc({ effect }),
    callEnded: (record: CallRecord) => {
      const { result, by } = record.termination;
      ended.inc({ result, by });
      if (record.mediaElsewhere !== undefined) mediaElsewhere.inc();
      duration.observe(record.duration / 1_000);
      if (record.answeredAt !== null) {
        wait.observe((Date.parse(record.answeredAt) - Date.parse(record.startedAt)) / 1_000);
      }
    },
  };
}

import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { Metrics } from '../../../src/api/metrics/metrics.ts';
import type { Switchboard } from '../../../src/api/ports.ts';
import type { CallRecord } from '../../../src/call/record.ts';
import { idle } from '../../support/switchboardFacts.ts';

const record: CallRecord = {
  callId: 'c1',
  dialplan: 'v1',
  origin: { kind: 'trunk', name: 'carrier' },
  from: { number: '"} 1\nevil 2', display: 'Kovács Éva' },
  to: '+3612345678',
  language: 'en',
  startedAt: '2026-01-05T09:00:00.000Z',
  answeredAt: '2026-01-05T09:00:12.000Z',
  endedAt: '2026-01-05T09:01:02.000Z',
  duration: 62_000,
  returns: 0,
  steps: [],
  termination: { result: 'completed', reason: '', by: 'caller' },
};

const metricsOf = (switchboard: Switchboard = idle): Metrics => {
  const metrics = new Metrics();
  metrics.show(switchboard);
  return metrics;
};

/** Ours, without their explanations. */
const samples = async (metrics: Metrics): Promise<readonly string[]> =>
  (await metrics.text()).split('\n').filter(line => line.startsWith('kozpont_'));

describe('the metrics', () => {
  test('count what happens to calls', async () => {
    const metrics = metricsOf();
    const { watcher } = metrics;
    expect(await samples(metrics)).toContain('kozpont_calls_ended_total{result="completed",by="caller"} 0');
    watcher.callBegan?.('c1', { kind: 'trunk', name: 'carrier' });
    watcher.callBegan?.('c2', { kind: 'extension', number: '10' });
    watcher.callRefused?.('tooManyFromSource');
    watcher.effectFailed?.('play');
    const transferId = 't1';
    watcher.transferEvent?.('c1', {
      transferId,
      kind: 'transferStarted',
      how: 'blind',
      transferor: '10',
      target: '101',
    });
    watcher.transferEvent?.('c1', { transferId, kind: 'transferRinging', target: '101' });
    watcher.transferEvent?.('c1', {
      transferId,
      kind: 'transferFailed',
      target: '101',
      reason: 'noAnswer',
      status: 408,
    });
    const recall = { operator: '10', reason: 'noAnswer', target: '101', nth: 1 } as const;
    watcher.transferEvent?.('c1', { transferId, kind: 'recallStarted', ...recall });
    watcher.transferEvent?.('c1', { transferId, kind: 'recallAnswered', operator: '10' });
    watcher.transferEvent?.('c1', { transferId, kind: 'transferCompleted', target: '102' });
    watcher.transferEvent?.('c1', { transferId, kind: 'transferAbandoned', by: 'transferee' });
    watcher.callEnded?.({ ...record, mediaElsewhere: [{ leg: 'caller', from: '192.0.2.1:4000' }] });
    expect(await samples(metrics)).toEqual(
      expect.arrayContaining([
        'kozpont_calls_begun_total{origin="trunk"} 1',
        'kozpont_calls_begun_total{origin="extension"} 1',
        'kozpont_calls_refused_total{reason="tooManyFromSource"} 1',
        'kozpont_calls_refused_total{reason="overloaded"} 0',
        'kozpont_calls_ended_total{result="completed",by="caller"} 1',
        'kozpont_calls_media_elsewhere_total 1',
        'kozpont_effects_failed_total{effect="play"} 1',
        'kozpont_transfers_begun_total{how="blind"} 1',
        'kozpont_transfers_ended_total{outcome="failed",reason="noAnswer"} 1',
        'kozpont_transfers_ended_total{outcome="completed",reason=""} 1',
        'kozpont_transfers_ended_total{outcome="abandoned",reason="transferee"} 1',
        'kozpont_recalls_begun_total{reason="noAnswer"} 1',
        'kozpont_recalls_ended_total{outcome="answered"} 1',
        'kozpont_call_duration_seconds_bucket{le="60"} 0',
        'kozpont_call_duration_seconds_bucket{le="120"} 1',
        'kozpont_call_duration_seconds_sum 62',
        'kozpont_call_answer_seconds_sum 12',
      ]),
    );
  });

  test('show how things stand when they are asked for, and forget what is gone', async () => {
    let busy = true;
    const metrics = metricsOf({
      ...idle,
      overloaded: true,
      eventLoopDelay: 150,
      census: () =>
        busy
          ? {
              calls: { talking: 2, queued: 1, ended: 1 },
              queues: { reception: { waiting: 1, longest: 61_500 } },
              agents: { busy: 2 },
            }
          : idle.census(),
      mediaServers: () => [{ name: 'fs1', ready: false, endpoints: 5 }],
      rtpPorts: () => undefined,
      registrations: { extensions: 2, bindings: 3 },
      held: () => ({ dialogs: 4 }),
    });
    const shown = await samples(metrics);
    expect(shown).toEqual(
      expect.arrayContaining([
        'kozpont_ready 0',
        'kozpont_overloaded 1',
        'kozpont_event_loop_delay_seconds 0.15',
        'kozpont_calls{phase="talking"} 2',
        'kozpont_calls{phase="queued"} 1',
        'kozpont_calls{phase="menu"} 0',
        'kozpont_queue_waiting{queue="reception"} 1',
        'kozpont_queue_longest_wait_seconds{queue="reception"} 61.5',
        'kozpont_agents{state="busy"} 2',
        'kozpont_agents{state="ready"} 0',
        'kozpont_media_server_ready{server="fs1"} 0',
        'kozpont_media_endpoints{server="fs1"} 5',
        'kozpont_extensions_registered 2',
        'kozpont_registrations 3',
        'kozpont_engine_held{what="dialogs"} 4',
      ]),
    );
    expect(shown.filter(line => /rtp_port|ended"/.test(line))).toEqual([]);
    busy = false;
    const later = await samples(metrics);
    expect(later).toContain('kozpont_calls{phase="talking"} 0');
    expect(later.filter(line => line.startsWith('kozpont_queue_waiting{'))).toEqual([]);
  });

  test('have no more lines after many calls of many people, and nothing that people wrote', async () => {
    const metrics = metricsOf();
    const one = (n: number): void => {
      metrics.watcher.callBegan?.(`c${n}`, { kind: 'trunk', name: `t${n}` });
      metrics.watcher.callEnded?.({ ...record, callId: `c${n}`, to: `+36${n}` });
    };
    one(0);
    const before = (await samples(metrics)).length;
    for (let n = 1; n < 1_000; n++) one(n);
    expect((await samples(metrics)).length).toBe(before);
    expect(await metrics.text()).not.toMatch(/evil|Kovács|\+36/);
  });

  test('are those of the README, each with its kind and its labels, and those of the process beside them', async () => {
    const metrics = metricsOf({
      ...idle,
      held: () => ({ dialogs: 0 }),
      census: () => ({ ...idle.census(), queues: { q: { waiting: 0, longest: 0 } } }),
    });
    const { watcher } = metrics;
    watcher.effectFailed?.('play');
    watcher.transferEvent?.('c', {
      transferId: 't',
      kind: 'transferStarted',
      how: 'blind',
      transferor: '1',
      target: '2',
    });
    watcher.transferEvent?.('c', { transferId: 't', kind: 'transferCompleted', target: '2' });
    watcher.transferEvent?.('c', {
      transferId: 't',
      kind: 'recallStarted',
      operator: '1',
      reason: 'busy',
      target: '2',
      nth: 1,
    });
    watcher.transferEvent?.('c', { transferId: 't', kind: 'recallFailed', operator: '1' });
    const text = await metrics.text();
    const labelsOf = (name: string): string => {
      const found = new RegExp(`^${name}\\{(.*)\\} `, 'm').exec(text)?.[1] ?? '';
      return [...found.matchAll(/(\w+)="/g)].map(match => `\`${match[1]}\``).join(', ');
    };
    const shown = [...text.matchAll(/^# TYPE (kozpont_\w+) (\w+)$/gm)].map(([, name = '', kind]) => [
      name,
      kind,
      labelsOf(name),
    ]);
    const readme = await readFile('src/api/README.md', 'utf8');
    const rows = [...readme.matchAll(/^\| `(kozpont_\w+)` \| (\w+) \| (.*?) ?\| /gm)].map(([, ...cells]) => cells);
    expect(rows.length).toBeGreaterThan(20);
    expect(new Map(rows.map(row => [row[0], row]))).toEqual(new Map(shown.map(row => [row[0], row])));
    expect(text).toMatch(/^process_resident_memory_bytes /m);
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
  });
});

/** Everything that Prometheus may know: kept in a registry of its own. README.md beside lists the names. */
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Watcher } from '../../exchange/ports.ts';
import type { Switchboard } from '../ports.ts';
import { callMetrics } from './callMetrics.ts';
import { stateMetrics } from './stateMetrics.ts';

/**
 * Counts what the exchange tells it. A label never holds what a caller, a phone or a trunk has written: its values are
 * words of the code, or names that the settings or the dialplan give.
 */
export class Metrics {
  private readonly registry = new Registry();
  /** To be among those who look on at the exchange, from its first call on. */
  readonly watcher: Watcher;

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    this.watcher = callMetrics(this.registry);
  }

  /** Once: the switchboard comes to be after those who look on. */
  show(switchboard: Switchboard): void {
    stateMetrics(this.registry, switchboard);
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }
}

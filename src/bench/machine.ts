import { spawnSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, platform, release } from 'node:os';

/** What the figures were measured on, and how. */
export interface Machine {
  readonly facts: readonly string[];
  /** Which core each process is kept on; undefined where the system has no `taskset`, or no second core. */
  readonly cores: { readonly server: number; readonly load: number } | undefined;
}

/** Above it, somebody else is at work. */
const quiet = 0.3;

export function lookAtMachine(): Machine {
  const count = availableParallelism();
  const [load = 0, loadOfFive = 0] = loadavg();
  const pins = count > 1 && spawnSync('taskset', ['-c', '0', 'true']).status === 0;
  return {
    cores: pins ? { server: 0, load: 1 } : undefined,
    facts: [
      `${cpus()[0]?.model ?? 'unknown processor'}, ${count} cores, ${platform()} ${release()}, Node ${process.version}`,
      pins
        ? 'Kozpont is kept on core 0, the load on core 1'
        : 'the processes are not kept on cores of their own (no taskset here, or one core only): read the figures with care',
      `load average at the start: ${load.toFixed(2)} (1 min), ${loadOfFive.toFixed(2)} (5 min)`,
      ...(load > quiet
        ? ['WARNING: this machine is busy with something else: only processor time can be trusted']
        : []),
    ],
  };
}

import type { Surroundings } from './command.ts';

/** The process as it is. */
export function surroundings(): Surroundings {
  let shown = 0;
  const clear = (): void => {
    if (shown > 0) process.stderr.write(`\r${' '.repeat(shown)}\r`);
    shown = 0;
  };
  // `kozpont check … | head` closes the pipe early: nobody is left to tell.
  process.stdout.on('error', error => {
    if ('code' in error && error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  return {
    print(text) {
      clear();
      process.stdout.write(`${text}\n`);
    },
    complain(text) {
      clear();
      process.stderr.write(`${text}\n`);
    },
    colours: process.stdout.isTTY && (process.env.NO_COLOR ?? '') === '',
    progress(text) {
      if (!process.stderr.isTTY) return;
      clear();
      process.stderr.write(text);
      shown = text.length;
    },
    input: process.stdin,
    environment: process.env,
    folder: process.cwd(),
    onStopSignal(handle) {
      const signals = ['SIGINT', 'SIGTERM'] as const;
      for (const signal of signals) process.on(signal, handle);
      return () => {
        for (const signal of signals) process.off(signal, handle);
      };
    },
    onReloadSignal(handle) {
      if (process.stdout.isTTY || process.stderr.isTTY) return () => {};
      process.on('SIGHUP', handle);
      return () => void process.off('SIGHUP', handle);
    },
  };
}

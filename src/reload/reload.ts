/**
 * A saved dialplan becomes the one for new calls, or is refused as a whole:
 *
 * ```
 * file at rest ─► read ─► checked ─► prompts made ─► passwords added ─► swapped ─► kept as a version
 *                  └────────┴────────────┴──────────────┴─► refused: told, and the old one goes on
 * ```
 *
 * It is checked elsewhere (by its rules, and by playing every call), so that calls in progress do not wait for it.
 */
import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { type Diagnostic, hasErrors } from '../base/yaml/diagnostic.ts';
import type { Checked } from '../base/yaml/schema.ts';
import type { Credentials } from '../config/credentials.ts';
import { readBounded } from '../dialplan/load.ts';
import type { Dialplan } from '../dialplan/plan.ts';
import type { Outcome } from './check.ts';
import { fingerprintOf, type Glimpse, SteadyFile } from './steadyFile.ts';
import type { Versions } from './versions.ts';

export interface ReloadOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** The dialplan's path, and its name in positions. */
  readonly file: string;
  readonly shownAs: string;
  /** The version that takes calls at the start. */
  readonly first: { readonly version: string; readonly bytes: Uint8Array };
  readonly versions: Versions;
  /** What the bytes are as a dialplan. Rejects, like `openCredentials`, where that cannot be told; `stop`: nobody wants to know any more. */
  check(bytes: Uint8Array, stop: AbortSignal): Promise<Outcome>;
  preparePrompts(plan: Dialplan): Promise<readonly Diagnostic[]>;
  openCredentials(extensions: readonly string[], stop: AbortSignal): Promise<Checked<Credentials>>;
  swap(version: { readonly plan: Dialplan; readonly credentials: Credentials }): void;
  /** What is wrong with a file that is refused, and warnings of one that is not. */
  tell(diagnostics: readonly Diagnostic[]): void;
}

const settle = 500;
/** Where the file system tells nothing: network drives, links into other folders. */
const every = 10_000;

export class Reload {
  private readonly steady: SteadyFile;
  private watcher: FSWatcher | undefined;
  private version: string;
  /** The same version is to be taken up anew: recordings and passwords may have changed. */
  private asked = false;
  private readonly closing = new AbortController();

  constructor(private readonly options: ReloadOptions) {
    this.version = options.first.version;
    this.steady = new SteadyFile({
      clock: options.clock,
      glimpse: () => this.glimpse(),
      changed: found => this.changed(found),
      settle,
      every,
    });
  }

  /** Keeps the version of the start, then watches. */
  async start(): Promise<void> {
    const { file, log, first } = this.options;
    await this.keep(first.version, first.bytes);
    if (this.closed) return;
    try {
      // The folder, for an editor puts another file into the place of this one.
      this.watcher = watch(dirname(file), () => this.steady.touched());
      this.watcher.on('error', error => log.warn({ error: messageOf(error) }, 'the dialplan is not watched'));
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'the dialplan is not watched');
    }
    this.steady.start();
  }

  /** Takes the file up as it is, with recordings and passwords that have changed, whether it has changed or not. */
  again(): void {
    this.asked = true;
    this.steady.forget();
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.watcher?.close();
    await this.steady.close();
  }

  private get closed(): boolean {
    return this.closing.signal.aborted;
  }

  private async glimpse(): Promise<Glimpse> {
    const { file, shownAs } = this.options;
    const written = await stat(file).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
    const read = await readBounded(file, shownAs);
    return { read, fingerprint: read.ok ? fingerprintOf(read.value, written) : read.error.message };
  }

  private async changed({ read }: Glimpse): Promise<void> {
    try {
      const asked = this.asked;
      this.asked = false;
      if (!read.ok) return this.refuse([read.error]);
      const loaded = await this.options.check(read.value, this.closing.signal);
      if (this.closed) return;
      if (!loaded.ok) return this.refuse(loaded.error);
      const { plan, diagnostics } = loaded.value;
      if (plan.version !== this.version || asked) {
        const prompts = await this.options.preparePrompts(plan);
        if (hasErrors(prompts)) return this.refuse(prompts);
        const extensions = Object.keys(plan.extensions);
        const credentials = await this.options.openCredentials(extensions, this.closing.signal);
        if (credentials.value === undefined) return this.refuse(credentials.diagnostics);
        if (this.closed) return;
        this.options.tell([...diagnostics, ...prompts, ...credentials.diagnostics]);
        this.options.swap({ plan, credentials: credentials.value });
        this.version = plan.version;
      }
      await this.keep(plan.version, read.value);
    } catch (error) {
      if (this.closed) return;
      this.options.log.error({ error: messageOf(error), version: this.version }, 'the dialplan was not changed');
    }
  }

  /** The calls go on where the disk is full, too. */
  private async keep(version: string, bytes: Uint8Array): Promise<void> {
    const { log, versions, clock } = this.options;
    await versions.takenUp(version, bytes, clock.now()).catch(error => {
      log.warn({ error: messageOf(error), folder: versions.folder }, 'the version of the dialplan was not kept');
    });
  }

  private refuse(diagnostics: readonly Diagnostic[]): void {
    this.options.tell(diagnostics);
    this.options.log.error({ version: this.version }, 'the new dialplan is refused, and the one before goes on');
  }
}

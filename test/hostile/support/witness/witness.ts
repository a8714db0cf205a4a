/** The test's side of the witness. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { CommandName, Commands, Reply, Request } from './messages.ts';

type Argument<Name extends CommandName> = Parameters<Commands[Name]>;
type Value<Name extends CommandName> = Awaited<ReturnType<Commands[Name]>>;

export class Witness {
  private readonly waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  private readonly exited: Promise<unknown>;
  private asked = 0;

  /** `compiled`: the folder that it was compiled into. */
  static start(compiled: string): Witness {
    return new Witness(
      fork(join(compiled, 'test/hostile/support/witness/main.js'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
    );
  }

  private constructor(private readonly child: ChildProcess) {
    child.on('message', (reply: Reply) => {
      const wait = this.waiting.get(reply.id);
      this.waiting.delete(reply.id);
      if ('error' in reply) wait?.reject(new Error(`the call beside the attack: ${reply.error}`));
      else wait?.resolve(reply.value);
    });
    this.exited = once(child, 'exit').then(() => {
      for (const { reject } of this.waiting.values()) reject(new Error('the witness has ended'));
    });
  }

  ask<Name extends CommandName>(name: Name, ...[argument]: Argument<Name>): Promise<Value<Name>> {
    const request: Request = { id: ++this.asked, name, argument };
    return new Promise((resolve, reject) => {
      this.waiting.set(request.id, { resolve: value => resolve(value as Value<Name>), reject });
      this.child.send(request, error => {
        if (error !== null) reject(error);
      });
    });
  }

  async close(): Promise<void> {
    if (this.child.connected) this.child.disconnect();
    await this.exited;
  }
}

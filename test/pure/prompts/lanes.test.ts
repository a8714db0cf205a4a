import { describe, expect, it } from 'vitest';
import { Lanes } from '../../../src/prompts/lanes.ts';

function task(): {
  run: () => Promise<string>;
  started: () => boolean;
  finish: (value: string) => void;
  fail: () => void;
} {
  let begun = false;
  let resolve: (value: string) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<string>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return {
    run: () => {
      begun = true;
      return promise;
    },
    started: () => begun,
    finish: value => resolve(value),
    fail: () => reject(new Error('failed')),
  };
}

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

describe('lanes', () => {
  it('run so many at once, and the others in their order', async () => {
    const lanes = new Lanes(2, 10);
    const tasks = [task(), task(), task(), task()] as const;
    const results = tasks.map(({ run }) => lanes.run(run));
    await turn();
    expect(tasks.map(({ started }) => started())).toEqual([true, true, false, false]);
    tasks[1].finish('b');
    await turn();
    expect(tasks.map(({ started }) => started())).toEqual([true, true, true, false]);
    tasks[0].fail();
    await expect(results[0]).rejects.toThrow('failed');
    await turn();
    expect(tasks[3].started()).toBe(true);
    tasks[2].finish('c');
    tasks[3].finish('d');
    expect(await Promise.all(results.slice(1))).toEqual(['b', 'c', 'd']);
    const after = task();
    const last = lanes.run(after.run);
    expect(after.started()).toBe(true);
    after.finish('e');
    expect(await last).toBe('e');
  });

  it('refuse what would wait too long', async () => {
    const lanes = new Lanes(1, 1);
    const [first, second] = [task(), task()];
    const results = [lanes.run(first.run), lanes.run(second.run)];
    await expect(lanes.run(task().run)).rejects.toMatchObject({ code: 'PROMPT_UNAVAILABLE' });
    first.finish('1');
    second.finish('2');
    expect(await Promise.all(results)).toEqual(['1', '2']);
  });
});

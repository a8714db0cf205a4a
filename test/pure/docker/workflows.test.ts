import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const step = z.object({ uses: z.string().optional(), run: z.string().optional() });
const workflow = z.object({
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(z.string(), z.object({ 'timeout-minutes': z.number(), 'runs-on': z.string(), steps: z.array(step) })),
});

const folder = '.github/workflows';
const files = readdirSync(folder);
const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')));

describe.each(files)('%s', file => {
  const { permissions, jobs } = workflow.parse(parse(readFileSync(`${folder}/${file}`, 'utf8')));
  const steps = Object.values(jobs).flatMap(job => job.steps);

  it('may read, and nothing else; no job runs for ever', () => {
    expect(permissions).toEqual({ contents: 'read' });
    for (const job of Object.values(jobs)) {
      expect(job['timeout-minutes']).toBeLessThanOrEqual(120);
      expect(job['runs-on']).toMatch(/-\d+\.\d+$/);
    }
  });

  it('uses actions of one version', () => {
    for (const { uses } of steps) if (uses !== undefined) expect(uses).toMatch(/^[\w-]+\/[\w-]+@v\d+\.\d+\.\d+$/);
  });

  it('runs what is there', () => {
    for (const { run = '' } of steps) {
      for (const [, script = ''] of run.matchAll(/npm run ([\w:]+)/g)) expect(Object.keys(scripts)).toContain(script);
      for (const [path] of run.matchAll(/(?:docker\/|\.github\/|test\/contract)[\w./-]*/g)) {
        expect([path, existsSync(path)]).toEqual([path, true]);
      }
    }
  });
});

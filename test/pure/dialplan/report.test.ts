import { describe, expect, it } from 'vitest';
import { catalogue, compileDialplan, formats, type Report } from '../../../src/dialplan/index.ts';

const file = 'plans/50%, odd.yaml';
const wrong = `kozpont: 1
company: { name: Example, timezone: Europe/Budapest, languages: [en] }
prompts: { bye: Goodbye., "odd\\u0007": x }
numbers: { "+3612345678": goodbye:by }
transfer: { recall: { otherwise: goodbye:bye } }
`;

const compiled = compileDialplan(wrong, file);
const report: Report = { files: [file], findings: compiled.ok ? [] : compiled.error, version: '1.2.3' };
const unknownPrompt = { line: 4, column: 27, code: 'UNKNOWN_PROMPT', severity: 'error', file };

describe('findings', () => {
  it('are there to be reported', () => {
    expect(report.findings.map(({ code }) => code)).toEqual(['BAD_NAME', 'UNKNOWN_PROMPT']);
  });

  it('as JSON: all that is known, for scripts', () => {
    const printed = JSON.parse(formats.json(report));
    expect(printed).toMatchObject({ files: [file], errors: 2, warnings: 0 });
    expect(printed.findings[1]).toEqual({
      ...unknownPrompt,
      message: 'there is no prompt by to say goodbye with',
      remedy: 'did you mean bye?',
    });
  });

  it('for GitHub: one command a finding, whatever is in its text', () => {
    const lines = formats.github(report).split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toBe(
      '::error file=plans/50%25%2C odd.yaml,line=4,col=27,title=UNKNOWN_PROMPT::' +
        'there is no prompt by to say goodbye with%0Adid you mean bye?',
    );
    expect(formats.github({ ...report, findings: [] })).toBe('');
  });

  it('as SARIF 2.1.0: every code is a rule, every finding a result at its place', () => {
    const log = JSON.parse(formats.sarif(report));
    expect(log.version).toBe('2.1.0');
    const [run] = log.runs;
    expect(run.tool.driver).toMatchObject({ name: 'kozpont', version: '1.2.3' });
    expect(run.tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual(Object.keys(catalogue));
    expect(run.artifacts).toEqual([{ location: { uri: 'plans/50%25%2C%20odd.yaml' } }]);
    expect(run.results[1]).toEqual({
      ruleId: 'UNKNOWN_PROMPT',
      ruleIndex: Object.keys(catalogue).indexOf('UNKNOWN_PROMPT'),
      level: 'error',
      message: { text: 'there is no prompt by to say goodbye with: did you mean bye?' },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'plans/50%25%2C%20odd.yaml', index: 0 },
            region: { startLine: 4, startColumn: 27 },
          },
        },
      ],
    });
  });
});

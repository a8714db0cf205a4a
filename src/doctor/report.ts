import type { Finding } from './finding.ts';

export interface Report {
  readonly engine: string;
  readonly version: string;
  readonly findings: readonly Finding[];
}

const shownFirst = (finding: Finding): string => {
  const mark = finding.severity === 'fine' ? 'ok     ' : finding.severity === 'warning' ? 'warning' : 'ERROR  ';
  const code = finding.severity === 'fine' ? '' : `${finding.code} `;
  const line = `${mark}  ${code}${visible(`${finding.subject}: ${finding.message}`)}`;
  return finding.remedy === undefined ? line : `${line}\n         → ${visible(finding.remedy)}`;
};

function text({ engine, findings }: Report): string {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.filter(({ severity }) => severity === 'warning').length;
  const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;
  const verdict =
    errors + warnings === 0 ? 'Nothing is wrong.' : `${count(errors, 'error')}, ${count(warnings, 'warning')}`;
  return [`The ${engine} engine`, '', ...findings.map(shownFirst), '', verdict].join('\n');
}

const json = (report: Report): string => JSON.stringify(report, undefined, 2);

export const reportFormats = { text, json } as const;

/** What a server says of itself is not ours: nothing in it moves the cursor, or turns the direction of the text. */
const visible = (shown: string): string =>
  shown.replace(
    /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu,
    character => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );

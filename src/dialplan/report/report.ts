/** The findings of one or more dialplans, in the formats that people, scripts and forges read. */
import type { Diagnostic } from '../../base/yaml/diagnostic.ts';
import { github } from './github.ts';
import { json } from './json.ts';
import { sarif } from './sarif.ts';
import { text } from './text.ts';

export interface Report {
  /** Every file that was looked at, in the order in which it was named. */
  readonly files: readonly string[];
  readonly findings: readonly Diagnostic[];
  /** Of Kozpont: which one looked. */
  readonly version: string;
}

/** A report as it is printed, without the last line break. */
export type Format = (report: Report) => string;

export const formats = { text, json, github, sarif } as const satisfies Readonly<Record<string, Format>>;

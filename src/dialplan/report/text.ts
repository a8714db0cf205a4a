import { showDiagnostic } from '../../base/yaml/diagnostic.ts';
import { count, tally } from './count.ts';
import type { Format } from './report.ts';

/** For a person at a terminal. */
export const text: Format = report => {
  const { errors, warnings } = tally(report);
  const summary = `${count(report.files.length, 'dialplan')} checked: ${count(errors, 'error')}, ${count(warnings, 'warning')}`;
  return [...report.findings.map(showDiagnostic), summary].join('\n');
};

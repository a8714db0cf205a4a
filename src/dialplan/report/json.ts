import { tally } from './count.ts';
import type { Format } from './report.ts';

/** For scripts. Keys may be added to it; none is taken away or given another meaning. */
export const json: Format = report =>
  JSON.stringify(
    {
      files: report.files,
      ...tally(report),
      findings: report.findings.map(({ at, severity, code, message, remedy, details }) => ({
        file: at.file,
        line: at.line,
        column: at.col,
        severity,
        code,
        message,
        ...(remedy === undefined ? {} : { remedy }),
        ...(details === undefined ? {} : { details }),
      })),
    },
    undefined,
    2,
  );

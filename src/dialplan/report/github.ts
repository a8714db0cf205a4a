import type { Format } from './report.ts';

/** Workflow commands of GitHub Actions: each finding is shown beside its line of the change. */
export const github: Format = ({ findings }) =>
  findings
    .map(({ severity, code, message, remedy, details = [], at }) => {
      const place = `file=${property(at.file)},line=${at.line},col=${at.col},title=${property(code)}`;
      return `::${severity} ${place}::${data([message, ...details, ...(remedy === undefined ? [] : [remedy])].join('\n'))}`;
    })
    .join('\n');

const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

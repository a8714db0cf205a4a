import type { Format } from './report.ts';

/** Workflow commands of GitHub Actions: each finding is shown beside its line of the change. */
export const github: Format = ({ findings }) =>
  findings
    .map(({ severity, code, message, remedy, at }) => {
      const place = `file=${property(at.file)},line=${at.line},col=${at.col},title=${property(code)}`;
      return `::${severity} ${place}::${data(remedy === undefined ? message : `${message}\n${remedy}`)}`;
    })
    .join('\n');

const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

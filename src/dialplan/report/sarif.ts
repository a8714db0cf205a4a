import type { Diagnostic } from '../../base/yaml/diagnostic.ts';
import { catalogue } from '../catalogue.ts';
import type { Format } from './report.ts';

/** SARIF 2.1.0 (OASIS): what code scanning and editors read. Columns are counted in UTF-16 code units, as ours are. */
export const sarif: Format = ({ files, findings, version }) =>
  JSON.stringify(
    {
      $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { name: 'kozpont', version, rules } },
          columnKind: 'utf16CodeUnits',
          artifacts: files.map(file => ({ location: { uri: uriOf(file) } })),
          results: findings.map(finding => resultOf(finding, files)),
        },
      ],
    },
    undefined,
    2,
  );

const rules = Object.entries(catalogue).map(([id, { severity, means, remedy }]) => ({
  id,
  shortDescription: { text: means },
  help: { text: `${remedy.charAt(0).toUpperCase()}${remedy.slice(1)}.` },
  defaultConfiguration: { level: severity },
}));
const ruleIndex = new Map(rules.map(({ id }, index) => [id as string, index]));

function resultOf({ code, severity, message, remedy, details, at }: Diagnostic, files: readonly string[]): object {
  const rule = ruleIndex.get(code);
  const index = files.indexOf(at.file);
  return {
    ruleId: code,
    ...(rule === undefined ? {} : { ruleIndex: rule }),
    level: severity,
    message: { text: [remedy === undefined ? message : `${message}: ${remedy}`, ...(details ?? [])].join('\n') },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(at.file), ...(index === -1 ? {} : { index }) },
          region: { startLine: at.line, startColumn: at.col },
        },
      },
    ],
  };
}

/** A path as a URI reference (RFC 3986, 4.2): relative as it was named, so that it fits the tree of the repository. */
const uriOf = (path: string): string => {
  const encoded = path.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${encoded}` : encoded.replace(/^\.\//, '');
};

import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hasErrors, showDiagnostic } from '../../../src/base/yaml/diagnostic.ts';
import { catalogue, compileDialplan, loadDialplan } from '../../../src/dialplan/index.ts';
import { rules } from '../../../src/dialplan/rules/index.ts';
import { proofCodes } from '../../../src/rehearsal/proof/findings.ts';

/** `wrong/<CODE>.<what>.yaml`: a dialplan with one mistake, and beside it (`.txt`) all that is said about it. */
const folder = new URL('wrong/', import.meta.url);
const files = readdirSync(folder).filter(file => file.endsWith('.yaml'));
const codeOf = (file: string): string => file.slice(0, file.indexOf('.'));

describe('a wrong dialplan', () => {
  it.each(files)('%s', async file => {
    const loaded = await loadDialplan(new URL(file, folder).pathname, file);
    const diagnostics = loaded.ok ? loaded.value.diagnostics : loaded.error;

    expect(diagnostics.map(({ code }) => code)).toContain(codeOf(file));
    expect(loaded.ok).toBe(!hasErrors(diagnostics));
    for (const diagnostic of diagnostics) {
      expect(diagnostic.remedy).toBeTruthy();
      expect(Object.keys(catalogue)).toContain(diagnostic.code);
    }
    const text = diagnostics.map(diagnostic => `${showDiagnostic(diagnostic)}\n`).join('');
    await expect(text).toMatchFileSnapshot(new URL(file.replace(/yaml$/, 'txt'), folder).pathname);
  });

  it('is there for every code', () => {
    // What the proof finds, or the settings are needed for, is tested with `check`.
    const ofProof = Object.values(proofCodes);
    const elsewhere = ['FILE_UNREADABLE', 'UNKNOWN_TRUNK', ...ofProof];
    const missing = Object.keys(catalogue).filter(code => !files.some(file => codeOf(file) === code));
    expect(missing).toEqual(elsewhere);
  });

  it('is found by a rule that says so', () => {
    const ofRules = rules.flatMap(({ codes }) => codes);
    for (const code of ofRules) expect(Object.keys(catalogue)).toContain(code);
  });
});

describe('a warning that the file accepts', () => {
  const text = (before: string, behind = ''): string => `kozpont: 1
company: { name: Example, timezone: Europe/Budapest, languages: [en] }
prompts: { welcome: Welcome., bye: Goodbye. }
extensions: { "101": { name: Anna, directDial: false } }
menus:
${before}
  never: { greeting: welcome, directDial: false, keys: { 1: goodbye:bye }, noInput: goodbye:bye, invalid: goodbye:bye }${behind}
numbers: { "+3612345678": goodbye:bye }
transfer: { recall: { otherwise: goodbye:bye } }
`;
  const codes = (source: string): readonly string[] => {
    const compiled = compileDialplan(source, 'plan.yaml');
    return (compiled.ok ? compiled.value.diagnostics : compiled.error).map(({ code, at }) => `${code}:${at.line}`);
  };
  const found = codes(text('  # nothing'));

  it('is found without the comment', () => expect(found).toContain('UNREACHABLE:7'));

  it.each([
    ['in a line before it', text('  # kozpont: allow UNREACHABLE')],
    ['in the same line', text('  #', ' # kozpont: allow UNREACHABLE')],
    ['among others', text('  #kozpont: allow UNUSED, UNREACHABLE')],
  ])('by a comment %s is not reported', (_, source) => {
    expect(codes(source)).toEqual(found.filter(code => code !== 'UNREACHABLE:7'));
  });

  it('is reported where the comment is for another code or another line', () => {
    expect(codes(text('  # kozpont: allow UNUSED'))).toEqual(found);
    expect(codes(`# kozpont: allow UNREACHABLE\n${text('  #')}`)).toContain('UNREACHABLE:8');
  });

  it('is never an error', () => {
    const wrong = text('  # kozpont: allow UNKNOWN_PROMPT').replace(
      'never: { greeting: welcome',
      'never: { greeting: none',
    );
    expect(codes(wrong)).toContain('UNKNOWN_PROMPT:7');
  });
});

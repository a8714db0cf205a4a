import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hasErrors, showDiagnostic } from '../../../src/base/yaml/diagnostic.ts';
import { catalogue, loadDialplan } from '../../../src/dialplan/index.ts';
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
    // What the proof finds is tested with `check`.
    const ofProof = Object.values(proofCodes);
    const elsewhere = ['FILE_UNREADABLE', ...ofProof];
    const missing = Object.keys(catalogue).filter(code => !files.some(file => codeOf(file) === code));
    expect(missing).toEqual(elsewhere);
  });

  it('is found by a rule that says so', () => {
    const ofRules = rules.flatMap(({ codes }) => codes);
    for (const code of ofRules) expect(Object.keys(catalogue)).toContain(code);
  });
});

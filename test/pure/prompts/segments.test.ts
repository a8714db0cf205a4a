import { describe, expect, it } from 'vitest';
import { segmentsOf } from '../../../src/prompts/segments.ts';

const shown = (text: string): string[] => segmentsOf(text, 'en').map(({ language, text }) => `${language}: ${text}`);

describe('a text', () => {
  it('stays in its language', () => {
    expect(shown(' Press 1. ')).toEqual(['en: Press 1.']);
    expect(shown('')).toEqual([]);
    expect(shown('[hu]')).toEqual([]);
  });

  it('changes its language at a mark', () => {
    expect(shown('Welcome. [hu] Üdvözöljük. [en-us]Press 1.')).toEqual([
      'en: Welcome.',
      'hu: Üdvözöljük.',
      'en-us: Press 1.',
    ]);
    expect(shown('[ru][hu] Igen')).toEqual(['hu: Igen']);
  });

  it('keeps what is no mark', () => {
    for (const text of ['[Hu] x', '[h] x', '[[h@l]] x', '[[hu]] x', '[hu x', '[123] x', '[hungarian]']) {
      expect(shown(text)).toEqual([`en: ${text}`]);
    }
  });
});

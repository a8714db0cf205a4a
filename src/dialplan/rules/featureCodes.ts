import { finding } from '../catalogue.ts';
import { present } from '../outline/edges.ts';
import type { Rule } from './rule.ts';

/** A keypad sends one key after the other, and a code is acted on as soon as it is complete. */
export const featureCodes: Rule = {
  codes: ['FEATURE_CODE_CLASH', 'FEATURE_CODE_SHADOWS', 'FEATURE_CODE_PLAIN'],
  *check({ draft, at, atKey }) {
    const { blindTransfer, attendedTransfer, cancelTransfer } = draft.features ?? {};
    const codes = present({ blindTransfer, attendedTransfer, cancelTransfer });
    for (const [index, [name, code]] of codes.entries()) {
      const place = at(['features', name]);
      for (const [other, otherCode] of codes.slice(0, index)) {
        if (!code.startsWith(otherCode) && !otherCode.startsWith(code)) continue;
        const message =
          code === otherCode ? `${code} is ${other} already` : `${code} and ${otherCode} (${other}) begin alike`;
        yield finding('FEATURE_CODE_CLASH', place, message);
      }
      if (/^[0-9]/.test(code)) {
        yield finding('FEATURE_CODE_PLAIN', place, `${code} can be dialled by anyone who talks to a foreign menu`);
      }
    }
    if (cancelTransfer === undefined) return;
    for (const section of ['extensions', 'internalNumbers'] as const) {
      for (const number of Object.keys(draft[section] ?? {})) {
        if (!number.startsWith(cancelTransfer)) continue;
        const message = `${number} begins like ${cancelTransfer} (features.cancelTransfer): no call can be transferred to it by keypad`;
        yield finding('FEATURE_CODE_SHADOWS', atKey([section, number]), message);
      }
    }
  },
};

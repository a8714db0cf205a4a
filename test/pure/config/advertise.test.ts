import { describe, expect, it } from 'vitest';
import { advertisedTo } from '../../../src/config/advertise.ts';
import { parseConfig } from '../../../src/config/load.ts';

const read = (advertise: string) => {
  const { value, diagnostics } = parseConfig('k.yaml', `sip: { advertise: ${advertise} }`, {
    folder: '/',
    environment: {},
  });
  return { advertise: value?.sip.advertise, faults: diagnostics.map(({ code }) => code) };
};
const told = (advertise: string, ...remotes: string[]) => {
  const found = read(advertise).advertise;
  if (found === undefined) throw new Error('not a setting');
  return remotes.map(remote => advertisedTo(found).hostFor(remote));
};

describe('what a far end is told to reach us at', () => {
  it.each([
    ['auto', [undefined, undefined, undefined]],
    ['203.0.113.7', ['203.0.113.7', '203.0.113.7', undefined]],
    ['"2001:db8::7"', [undefined, undefined, '2001:db8::7']],
    ['[203.0.113.7, "2001:db8::7"]', ['203.0.113.7', '203.0.113.7', '2001:db8::7']],
    ['[203.0.113.7]', ['203.0.113.7', '203.0.113.7', undefined]],
    ['{ 10.0.0.0/8: auto, default: 203.0.113.7 }', [undefined, '203.0.113.7', undefined]],
    ['{ default: 203.0.113.7, 10.0.0.0/8: 10.0.0.5 }', ['10.0.0.5', '203.0.113.7', undefined]],
    ['{ 10.1.0.0/16: 10.1.0.5, 10.0.0.0/8: 10.0.0.5 }', ['10.1.0.5', undefined, undefined]],
    ['{ "2001:db8::/32": "2001:db8::9", default: 203.0.113.7 }', ['203.0.113.7', '203.0.113.7', '2001:db8::9']],
  ])('with %s', (advertise, expected) => {
    expect(told(advertise, '10.1.2.3', '198.51.100.5', '2001:db8::5')).toEqual(expected);
  });

  it.each(['nowhere', '0.0.0.0', '[]', '{ 10.0.0.0/8: everywhere }', '{ lan: 10.0.0.5 }', '7'])(
    '%s is no such setting',
    advertise => {
      expect(read(advertise).faults).not.toEqual([]);
    },
  );
});

import { describe, expect, it } from 'vitest';
import { parseTarget, readLiveOptions } from '../../../../src/cli/live/options.ts';
import { targetOf } from '../../../../src/cli/live/reach.ts';
import { parseConfig } from '../../../../src/config/load.ts';

const options = (rest: readonly string[], text: Readonly<Record<string, string>> = {}) =>
  readLiveOptions({ text, flags: { live: true }, rest });

describe('the address of a switchboard', () => {
  it.each([
    ['127.0.0.1:5060', { transport: 'udp', host: '127.0.0.1', port: 5060 }],
    ['tcp:pbx.example.com:5080', { transport: 'tcp', host: 'pbx.example.com', port: 5080 }],
    ['udp:[::1]:5060', { transport: 'udp', host: '::1', port: 5060 }],
  ])('is %s', (text, target) => expect(parseTarget(text)).toEqual(target));

  it.each(['dialplans/a.story.yaml', '127.0.0.1', 'tls:a:5061', 'a:0', 'a:65536', 'a/b:5060', ''])('is not %s', text =>
    expect(parseTarget(text)).toBeUndefined(),
  );

  it('is that of the settings: on this machine, where they listen everywhere', () => {
    const at = (listen: string) =>
      targetOf(
        parseConfig('k.yaml', `sip: { listen: ["${listen}"] }`, { folder: '/', environment: {} }).value as never,
      );
    expect(at('tcp:0.0.0.0:5070')).toEqual({ transport: 'tcp', host: '127.0.0.1', port: 5070 });
    expect(at('udp:192.0.2.7:5060')).toEqual({ transport: 'udp', host: '192.0.2.7', port: 5060 });
    expect(at('udp:127.0.0.1:0')).toBeUndefined();
  });
});

describe('the options of test --live', () => {
  it('tell the address from the files', () => {
    expect(options(['127.0.0.1:5060', 'a.story.yaml'])).toEqual({
      ok: true,
      value: { target: { transport: 'udp', host: '127.0.0.1', port: 5060 }, files: ['a.story.yaml'], longest: 120_000 },
    });
    expect(options([], { longest: '60s' })).toMatchObject({ value: { target: undefined, files: [], longest: 60_000 } });
  });

  it('are refused with what is wrong', () => {
    expect(options(['a:1', 'b:2'])).toMatchObject({ ok: false, error: 'stories are played at one address' });
    expect(options([], { longest: '60' })).toMatchObject({ ok: false, error: expect.stringContaining('not 60') });
  });
});

/** `kozpont drachtiod`: the server alone. */
import { describe, expect, test } from 'vitest';
import type { Surroundings } from '../../../src/cli/command.ts';
import { parseCommandLine } from '../../../src/cli/commandLine.ts';
import { command } from '../../../src/cli/commands/drachtiod.ts';
import { parseContact } from '../../../src/embedded/drachtiod/parseContact.ts';
import { connectApplication } from '../../support/drachtio/application.ts';
import { Peer } from '../../support/drachtio/peer.ts';
import { Queue } from '../../support/drachtio/queue.ts';
import { must } from '../../support/must.ts';

const run = (words: readonly string[], environment: Record<string, string> = {}) => {
  const printed = new Queue<string>();
  const complaints: string[] = [];
  let stop: (signal: string) => void = () => {};
  const surroundings: Surroundings = {
    print: text => printed.push(text),
    complain: text => complaints.push(text),
    progress: () => {},
    environment,
    folder: '/',
    onStopSignal: handle => {
      stop = handle;
      return () => {};
    },
  };
  const status = command.run(must(parseCommandLine(command, ['--log', 'silent', ...words])), surroundings);
  return { printed, complaints, status, stop: () => stop('SIGTERM') };
};

describe('kozpont drachtiod', () => {
  test('takes applications and calls until it is told to stop', async () => {
    const running = run(['--admin', '127.0.0.1:0', 'sip:127.0.0.1:0;transport=udp', 'sip:127.0.0.1:0;transport=tcp']);
    const text = await running.printed.next();
    const [, port] = /udp\/127\.0\.0\.1:(\d+)/.exec(text) ?? [];
    const [, admin, secret = ''] = /connect to 127\.0\.0\.1:(\d+), with the secret (\S+)/.exec(text) ?? [];
    expect(secret.length).toBeGreaterThan(16);
    const app = await connectApplication({ host: '127.0.0.1', port: Number(admin), secret });
    app.srf.options((_req, res) => res.send(200));
    await app.settled();
    const peer = await Peer.open();
    expect((await peer.ask('OPTIONS', { host: '127.0.0.1', port: Number(port) }).final()).status).toBe(200);
    await peer.close();
    app.close();
    running.stop();
    expect(await running.status).toBe(0);
    expect(running.complaints).toEqual([expect.stringContaining('SIGTERM')]);
  });

  test('the secret of the environment is not printed', async () => {
    const running = run(['--admin', '0', 'sip:127.0.0.1:0;transport=udp'], {
      KOZPONT_DRACHTIO_SECRET: 'quite a secret',
    });
    const text = await running.printed.next();
    expect(text).not.toContain('secret');
    running.stop();
    expect(await running.status).toBe(0);
  });

  test.each([
    [['--admin', 'here'], 2, /write host:port/],
    [['--log', 'loud'], 2, /there is no log level loud/],
    [['sip:example.com'], 2, /is no contact/],
    [['sip:127.0.0.1;transport=tls'], 2, /not tls/],
    [['sip:127.0.0.1:99999'], 2, /no port 99999/],
    [['--admin', '0', '--secret', 'cymru', 'sip:127.0.0.1:0'], 1, /INVALID_CONFIG.*secret/],
  ])('%j: %d, and why', async (words, status, complaint) => {
    const running = run(words);
    expect(await running.status).toBe(status);
    expect(running.complaints.join('\n')).toMatch(complaint);
    expect(running.printed.left).toEqual([]);
  });
});

describe('a contact', () => {
  test.each([
    [
      'sip:10.0.0.1',
      [
        ['udp', '10.0.0.1', 5060],
        ['tcp', '10.0.0.1', 5060],
      ],
    ],
    ['sip:10.0.0.1:5070;transport=udp', [['udp', '10.0.0.1', 5070]]],
    [
      'sip:*:5070;transport=tcp,udp',
      [
        ['tcp', '0.0.0.0', 5070],
        ['udp', '0.0.0.0', 5070],
      ],
    ],
    ['sip:[::1]:5070;transport=udp', [['udp', '::1', 5070]]],
  ])('%s', (text, expected) => {
    expect(must(parseContact(text)).map(({ protocol, address, port }) => [protocol, address, port])).toEqual(expected);
  });

  test('as others are to see it', () => {
    expect(must(parseContact('sip:*:5060;transport=udp', 'sip.example.com'))[0]?.advertise).toEqual({
      host: 'sip.example.com',
    });
  });
});

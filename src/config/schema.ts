import { isIP } from 'node:net';
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { isCountry } from '../base/numbers/country.ts';
import { duration } from '../base/yaml/duration.ts';
import type { AdvertiseRule } from './config.ts';
import { isCidr } from './trunks.ts';

/** The YAML of `config/kozpont.yaml`. Every key has a default: an empty file is a configuration. */

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

const bad = (context: z.core.$RefinementCtx, input: unknown, message: string, remedy: string): never => {
  context.issues.push({ code: 'custom', input, message, params: { code: 'WRONG_VALUE', remedy } });
  return z.NEVER;
};

/** Of a mapping, where something else stands: what it looks like. */
const expecting =
  (forms: string): z.core.$ZodErrorMap =>
  issue =>
    issue.code === 'invalid_type' ? `must be ${forms}` : undefined;

const ipAddress = z.string().refine(text => isIP(text) !== 0, 'must be an IP address');
const advertisedAddress = z
  .string()
  .refine(text => text === 'auto' || (isIP(text) !== 0 && text !== '0.0.0.0' && text !== '::'), {
    error: 'must be auto or an IP address that phones can reach',
  });
const advertisedNetwork = z
  .string()
  .refine(text => text === 'default' || isCidr(text), 'must be a network (10.0.0.0/8) or default');

/** For everybody, one for each family, or by networks. */
const advertised = z.union(
  [
    advertisedAddress,
    z
      .array(advertisedAddress)
      .min(1)
      .transform((addresses): AdvertiseRule[] => addresses.map(address => ({ from: undefined, address }))),
    z.record(advertisedNetwork, advertisedAddress).transform((networks): AdvertiseRule[] =>
      Object.entries(networks).map(([network, address]) => ({
        from: network === 'default' ? undefined : [network],
        address,
      })),
    ),
  ],
  { error: 'must be auto or an IP address that phones can reach' },
);
const tcpPort = z.int().min(1).max(65_535);
const path = z.string().min(1);

const listener = z.string().transform((text, context) => {
  const parts = /^(udp|tcp):(\[[0-9a-fA-F:.]+\]|[0-9.]+):([0-9]{1,5})$/.exec(text);
  const address = (parts?.[2] ?? '').replace(/^\[|\]$/g, '');
  const port = Number(parts?.[3]);
  if (parts === null || isIP(address) === 0 || port > 65_535) {
    return bad(
      context,
      text,
      `must be transport:address:port, not ${JSON.stringify(text)}`,
      'write, for example, udp:0.0.0.0:5060 or tcp:127.0.0.1:5060 (IPv6: "udp:[::]:5060")',
    );
  }
  return { transport: parts[1] === 'udp' ? ('udp' as const) : ('tcp' as const), address, port };
});

const apiListener = z.string().transform((text, context) => {
  if (text === 'off') return undefined;
  const parts = /^(\[[0-9a-fA-F:.]+\]|[0-9.]+):([0-9]{1,5})$/.exec(text);
  const address = (parts?.[1] ?? '').replace(/^\[|\]$/g, '');
  const port = Number(parts?.[2]);
  if (parts === null || isIP(address) === 0 || port > 65_535) {
    return bad(
      context,
      text,
      `must be off or address:port, not ${JSON.stringify(text)}`,
      'write, for example, 127.0.0.1:9060 (IPv6: "[::1]:9060"); port 0 is any that is free',
    );
  }
  return { address, port };
});

const portRange = z.string({ error: 'must be a range such as 20000-29999' }).transform((text, context) => {
  const parts = /^([0-9]{1,5})-([0-9]{1,5})$/.exec(text);
  const from = Number(parts?.[1]);
  const to = Number(parts?.[2]);
  if (parts === null || from < 1024 || to > 65_535 || to - from < 3) {
    return bad(
      context,
      text,
      'must be a range of at least four ports between 1024 and 65535',
      'write, for example, 20000-29999; a call takes two to four of them',
    );
  }
  return { from: from + (from % 2), to };
});

const network = z.string().refine(isCidr, 'must be a network such as 192.0.2.0/24, or one IP address');
const callsPerSecond = z.int().min(1).max(100_000);
const prefix = z.string().regex(/^[0-9]{0,6}$/, 'must be digits, or "" for none');
const country = z.string().refine(isCountry, 'must be a country, in two capital letters (ISO 3166): HU');
const trunk = z
  .strictObject(
    {
      from: z.array(network).min(1),
      callsPerSecond: callsPerSecond.optional(),
      mediaFrom: z.union([z.literal('any'), z.array(network).min(1)]).optional(),
      country: country.optional(),
      nationalPrefix: prefix.optional(),
      internationalPrefix: prefix.optional(),
    },
    { error: expecting('{ from: [192.0.2.0/24] }') },
  )
  .refine(
    ({ nationalPrefix, internationalPrefix }) => nationalPrefix === undefined || nationalPrefix !== internationalPrefix,
    'nationalPrefix and internationalPrefix are the same: nothing tells the numbers apart',
  );

/** Loopback, and what RFC 1918 and RFC 4193 keep for private networks. */
const privateNetworks = ['127.0.0.0/8', '::1/128', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'];

/** One of `secret` and `secretFile` is there: `readSecrets` sees to it, and reads the file. */
const server = (port: number) =>
  z.strictObject({
    host: z.string().min(1),
    port: tcpPort.default(port),
    secret: z.string().min(1).optional(),
    secretFile: path.optional(),
  });

const absolutePath = z.string().refine(text => isAbsolute(text), 'must be a path from the root: /srv/prompts');
const name = z.string().regex(/^[A-Za-z0-9_-]{1,32}$/, 'must be a name of letters, digits, _ and -');

const freeswitch = server(8021).extend({
  name: name.optional(),
  profile: name.default('kozpont'),
  ports: portRange.optional(),
  paths: z.record(path, absolutePath).default({}),
});

const command = z.array(z.string().min(1)).min(1);

const phone = z.strictObject({ transferNotify: z.enum(['auto', 'progress', 'immediate']).default('auto') });

export const configSchema = z.strictObject({
  node: name.default('kozpont'),
  engine: z.enum(['embedded', 'drachtio']).default('embedded'),
  drachtio: server(9022).optional(),
  freeswitch: z.array(freeswitch).min(1).optional(),
  sip: z
    .strictObject({
      listen: z.array(listener).min(1).prefault(['udp:0.0.0.0:5060', 'tcp:0.0.0.0:5060']),
      advertise: advertised.default('auto'),
      realm: z
        .string()
        .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,64}$/, 'must be printable ASCII without spaces, quotes and backslashes')
        .default('kozpont'),
    })
    .prefault({}),
  media: z
    .strictObject({
      address: ipAddress.default('0.0.0.0'),
      advertise: advertised.default('auto'),
      ports: portRange.prefault('20000-29999'),
      rest: duration({ max: 5 * minute }).prefault('5s'),
    })
    .prefault({}),
  trunks: z.record(name, trunk).prefault({ local: { from: privateNetworks } }),
  dialplan: path.default('dialplans/sample.yaml'),
  prompts: path.default('prompts'),
  state: path.default('var'),
  records: path.optional(),
  credentials: path.optional(),
  tts: z
    .strictObject({
      engine: z.literal('builtin').optional(),
      command: command.optional(),
      speed: z.int().min(80).max(300).default(150),
      voices: z
        .record(z.string(), z.string().regex(/^[A-Za-z0-9_+-]{1,64}$/, 'must be the name of a voice'))
        .default({}),
      timeout: duration({ min: second, max: 10 * minute }).prefault('30s'),
    })
    .refine(tts => tts.engine === undefined || tts.command === undefined, 'has both an engine and a command: keep one')
    .prefault({}),
  log: z
    .strictObject({ level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info') })
    .prefault({}),
  limits: z
    .strictObject({
      calls: z.int().min(1).max(100_000).default(1000),
      callsPerSecond: callsPerSecond.default(200),
      callsPerSecondPerSource: callsPerSecond.default(50),
      eventLoopDelay: duration({ min: 20, max: minute }).prefault('100ms'),
      registration: z
        .strictObject({
          min: duration({ min: second, max: 24 * hour }).prefault('1m'),
          max: duration({ min: second, max: 7 * 24 * hour }).prefault('1h'),
          nat: duration({ min: second, max: 7 * 24 * hour }).prefault('1m'),
        })
        .refine(({ min, max }) => min <= max, 'min is longer than max')
        .prefault({}),
      drain: duration({ max: 24 * hour }).prefault('5m'),
    })
    .prefault({}),
  api: z
    .strictObject(
      {
        listen: apiListener.prefault('127.0.0.1:9060'),
        hosts: z
          .array(z.string().regex(/^[A-Za-z0-9._:-]{1,253}$/, 'must be a host name, or an IP address'))
          .default([]),
      },
      { error: expecting('{ listen: off }, or { listen: 127.0.0.1:9060 }') },
    )
    .prefault({}),
  phones: z.record(z.string().regex(/^[0-9*#]{1,32}$/, 'must be an extension'), phone).default({}),
});

export type ConfigYaml = z.output<typeof configSchema>;

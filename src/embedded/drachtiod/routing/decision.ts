/** What a web callback decides about a request: the JSON that drachtio-server's request handlers answer with. */
import type { Duration } from '../../../base/clock.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { parseTimeout } from '../protocol/command.ts';

export type Decision =
  | { readonly kind: 'reject'; readonly status: number; readonly reason: string | undefined }
  | { readonly kind: 'redirect'; readonly contacts: readonly string[] }
  | {
      readonly kind: 'proxy';
      readonly recordRoute: boolean;
      readonly followRedirects: boolean;
      readonly forking: 'serial' | 'simultaneous';
      readonly provisionalTimeout: Duration | undefined;
      readonly finalTimeout: Duration | undefined;
      readonly destinations: readonly string[];
    }
  /** To one of the applications that are connected. */
  | { readonly kind: 'tag'; readonly tag: string }
  /** To an application that is connected to for this request (drachtio-srf: `srf.listen`). */
  | { readonly kind: 'connect'; readonly host: string; readonly port: number };

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** One text or several; undefined: something else, or none. */
const texts = (value: unknown): readonly string[] | undefined => {
  const all = Array.isArray(value) ? value : [value];
  return all.length > 0 && all.every(one => typeof one === 'string' && one !== '') ? all : undefined;
};

const place = /^(?:tcp:\/\/)?([^\s:/]+|\[[0-9a-fA-F:.]+\]):(\d{1,5})(?:;transport=(\w+))?$/;

/** `host:port;transport=tcp`, or the `tcp://host:port` of a handler. */
export const parsePlace = (uri: string): Result<Decision, string> => {
  const match = place.exec(uri);
  const port = Number(match?.[2]);
  if (match === null || port === 0 || port > 65_535) return fail(`${uri} is no place to connect to: host:port`);
  if (match[3] !== undefined && match[3] !== 'tcp') return fail(`${uri}: applications are connected to by tcp alone`);
  return ok({ kind: 'connect', host: (match[1] ?? '').replace(/^\[|\]$/g, ''), port });
};

export const parseDecision = (json: string): Result<Decision, string> => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return fail('the answer is no JSON');
  }
  if (!isFields(parsed)) return fail('the answer is no JSON object');
  const { action, data } = parsed;
  if (!isFields(data)) return fail("'data' is missing");
  switch (action) {
    case 'reject':
      return reject(data);
    case 'redirect': {
      const contacts = texts(data.contact);
      return contacts === undefined
        ? fail("'contact' is neither text nor a list of it")
        : ok({ kind: 'redirect', contacts });
    }
    case 'proxy':
      return proxy(data);
    case 'route': {
      const [uri, tag] = [text(data.uri), text(data.tag)];
      if (uri !== undefined) return parsePlace(uri);
      return tag === undefined ? fail("neither 'uri' nor 'tag'") : ok({ kind: 'tag', tag });
    }
    default:
      return fail("'action' is none of reject, redirect, proxy and route");
  }
};

const reject = ({ status, reason }: Fields): Result<Decision, string> =>
  typeof status === 'number' && Number.isInteger(status) && status >= 300 && status <= 699
    ? ok({ kind: 'reject', status, reason: text(reason)?.replace(/[^ -~]/g, ' ') })
    : fail("'status' is no status of a refusal");

const proxy = (data: Fields): Result<Decision, string> => {
  const destinations = texts(data.destination);
  if (destinations === undefined) return fail("'destination' is neither text nor a list of it");
  return ok({
    kind: 'proxy',
    recordRoute: data.recordRoute === true,
    followRedirects: data.followRedirects !== false,
    forking: data.simultaneous === true ? 'simultaneous' : 'serial',
    provisionalTimeout: parseTimeout(text(data.provisionalTimeout) ?? '5s'),
    finalTimeout: parseTimeout(text(data.finalTimeout) ?? '60s'),
    destinations,
  });
};

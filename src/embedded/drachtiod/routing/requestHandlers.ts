/** Who decides where a new request goes, instead of the applications' own wishes: a web callback, or one address. */
import type { Clock, Duration } from '../../../base/clock.ts';
import { KozpontError, messageOf } from '../../../base/errors.ts';
import { fail, type Result } from '../../../base/result.ts';
import { parseNameAddr } from '../../../sip/grammar/fields/nameAddr.ts';
import { parseUri } from '../../../sip/grammar/fields/uri.ts';
import { header } from '../../../sip/grammar/headers.ts';
import type { SipRequest } from '../../../sip/message.ts';
import type { Source } from '../../sip/stack.ts';
import { type Decision, parseDecision, parsePlace } from './decision.ts';

export interface RequestHandler {
  /** A SIP method, or `*` for those that have no handler of their own. */
  readonly method: string;
  /**
   * `http://…` or `https://…`: asked by GET, with the request's facts as parameters, for a decision in JSON;
   * `tcp://host:port`: an application that is connected to for each request.
   */
  readonly url: string;
}

/** Milliseconds: a caller hears nothing meanwhile. */
const patience: Duration = 5_000;
/** Characters of an answer. */
const longestAnswer = 65_536;

export class RequestHandlers {
  private readonly urls = new Map<string, string>();
  private readonly asking = new Set<AbortController>();

  /** Error: `INVALID_CONFIG` for a URL of another kind. */
  constructor(
    private readonly clock: Clock,
    handlers: readonly RequestHandler[],
  ) {
    for (const { method, url } of handlers) {
      const fit = url.startsWith('tcp://') ? parsePlace(url).ok : /^https?:\/\//.test(url) && URL.canParse(url);
      if (!fit)
        throw new KozpontError('INVALID_CONFIG', `${url} handles no requests: http://…, https://… or tcp://host:port`);
      this.urls.set(method.toUpperCase(), url);
    }
  }

  /** Undefined: nobody but the applications themselves. */
  urlFor(method: string): string | undefined {
    return this.urls.get(method) ?? this.urls.get('*');
  }

  async ask(url: string, request: SipRequest, source: Source): Promise<Result<Decision, string>> {
    if (url.startsWith('tcp://')) return parsePlace(url);
    const limit = new AbortController();
    this.asking.add(limit);
    const timer = this.clock.after(patience, () => limit.abort());
    try {
      const response = await fetch(withFacts(url, request, source), { signal: limit.signal });
      const body = await response.text();
      if (body.length > longestAnswer) return fail('the answer is too long');
      return parseDecision(body);
    } catch (error) {
      return fail(limit.signal.aborted ? `no answer within ${patience} ms` : messageOf(error));
    } finally {
      timer.cancel();
      this.asking.delete(limit);
    }
  }

  /** Nobody waits for a decision any more. */
  close(): void {
    for (const limit of this.asking) limit.abort();
  }
}

const userIn = (value: string | undefined): string => {
  const parsed = parseNameAddr(value ?? '');
  return parsed.ok && parsed.value.uri.kind === 'sip' ? (parsed.value.uri.user ?? '') : '';
};

/** The parameters that drachtio-server gives, and those of the Request-URI. */
const withFacts = (url: string, request: SipRequest, source: Source): URL => {
  const asked = new URL(url);
  const parsed = parseUri(request.uri);
  const uri = parsed.ok && parsed.value.kind === 'sip' ? parsed.value : undefined;
  const facts: readonly (readonly [string, string])[] = [
    ['method', request.method],
    ['domain', uri?.host ?? ''],
    ['protocol', source.protocol],
    ['source_address', source.address],
    ['fromUser', userIn(header(request, 'From'))],
    ['toUser', userIn(header(request, 'To'))],
    ['uriUser', uri?.user ?? ''],
    ['contentType', header(request, 'Content-Type') ?? ''],
    ['uri', request.uri],
    ...(uri?.params ?? []).map(({ name, value }) => [name, value ?? ''] as const),
  ];
  for (const [name, value] of facts) asked.searchParams.append(name, value);
  return asked;
};

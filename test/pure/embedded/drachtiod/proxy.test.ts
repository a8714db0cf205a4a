import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../../src/base/clock.ts';
import type { Application } from '../../../../src/embedded/drachtiod/applications/connection.ts';
import { Routes } from '../../../../src/embedded/drachtiod/applications/routes.ts';
import { bestResponse } from '../../../../src/embedded/drachtiod/proxy/bestResponse.ts';
import { Challenges } from '../../../../src/embedded/drachtiod/proxy/challenges.ts';
import { oneHopLess, withOurRoute } from '../../../../src/embedded/drachtiod/proxy/forwardedRequest.ts';
import { throughOurRoute, towardsStrictRouter } from '../../../../src/embedded/drachtiod/proxy/looseRoute.ts';
import { redirectTargets } from '../../../../src/embedded/drachtiod/proxy/redirectTargets.ts';
import type { LocalAddress } from '../../../../src/embedded/sip/stack.ts';
import { field, header, headers } from '../../../../src/sip/grammar/headers.ts';
import type { SipRequest, SipResponse } from '../../../../src/sip/message.ts';

const request = (uri: string, ...fields: readonly [string, string][]): SipRequest => ({
  kind: 'request',
  method: 'BYE',
  uri,
  headers: fields.map(([name, value]) => field(name, value)),
  body: Buffer.alloc(0),
});

const response = (status: number, ...fields: readonly [string, string][]): SipResponse => ({
  kind: 'response',
  status,
  reason: '',
  headers: fields.map(([name, value]) => field(name, value)),
  body: Buffer.alloc(0),
});

describe('the best response (RFC 3261, §16.7)', () => {
  test.each([
    [[404, 486], 404],
    [[500, 404], 404],
    [[404, 603, 302], 603],
    [[404, 302], 302],
    [[404, 407], 407],
    [[407, 401], 401],
    [[503, 500], 500],
    [[503], 503],
    [[408, 484], 484],
  ])('of %j: %d', (statuses, expected) => {
    expect(bestResponse(statuses.map(status => response(status)))?.status).toBe(expected);
  });

  test('of none: none', () => {
    expect(bestResponse([])).toBeUndefined();
  });

  test('a challenge brings the others along', () => {
    const best = bestResponse([
      response(407, ['Proxy-Authenticate', 'Digest realm="a"']),
      response(404),
      response(401, ['WWW-Authenticate', 'Digest realm="b"']),
      response(401, ['WWW-Authenticate', 'Digest realm="c"']),
    ]);
    expect(best?.status).toBe(401);
    expect(best === undefined ? [] : headers(best, 'WWW-Authenticate')).toEqual([
      'Digest realm="b"',
      'Digest realm="c"',
    ]);
    expect(best === undefined ? '' : header(best, 'Proxy-Authenticate')).toBe('Digest realm="a"');
  });
});

describe('routes (RFC 3261, §16.4, §16.6)', () => {
  const isLocal = (host: string, port = 5060): boolean => host === 'us' && port === 5060;

  test('a route of ours is taken off, both of them where we have two', () => {
    const through = throughOurRoute(
      request(
        'sip:a@b',
        ['Route', '<sip:us;lr>'],
        ['Route', '<sip:us:5060;transport=tcp;lr>'],
        ['Route', '<sip:next;lr>'],
      ),
      isLocal,
    );
    expect(through === undefined ? [] : headers(through, 'Route')).toEqual(['<sip:next;lr>']);
    const last = throughOurRoute(request('sip:a@b', ['Route', '<sip:us;lr>']), isLocal);
    expect(last?.headers).toEqual([]);
  });

  test("somebody else's route is none of our business", () => {
    expect(throughOurRoute(request('sip:a@b', ['Route', '<sip:other;lr>']), isLocal)).toBeUndefined();
    expect(throughOurRoute(request('sip:a@b', ['Route', '<sip:us:5070;lr>']), isLocal)).toBeUndefined();
    expect(throughOurRoute(request('sip:a@b'), isLocal)).toBeUndefined();
  });

  test('a strict router before us has put us into the Request-URI', () => {
    const through = throughOurRoute(
      request('sip:us;lr', ['Route', '<sip:next;lr>'], ['Route', '<sip:target@host>']),
      isLocal,
    );
    expect(through?.uri).toBe('sip:target@host');
    expect(through === undefined ? [] : headers(through, 'Route')).toEqual(['<sip:next;lr>']);
  });

  test('a strict router behind us gets itself there', () => {
    const strict = towardsStrictRouter(request('sip:a@b', ['Route', '<sip:next>'], ['Route', '<sip:far;lr>']));
    expect([strict.uri, ...headers(strict, 'Route')]).toEqual(['sip:next', '<sip:far;lr>', '<sip:a@b>']);
    const loose = request('sip:a@b', ['Route', '<sip:next;lr>']);
    expect(towardsStrictRouter(loose)).toBe(loose);
  });

  test('the path is recorded on both sides where they differ (RFC 5658)', () => {
    const udp: LocalAddress = { protocol: 'udp', host: 'us', port: 5060, listener: '' };
    const tcp: LocalAddress = { ...udp, protocol: 'tcp' };
    expect(headers(withOurRoute(request('sip:a@b'), udp, udp), 'Record-Route')).toEqual(['<sip:us:5060;lr>']);
    expect(headers(withOurRoute(request('sip:a@b'), tcp, udp), 'Record-Route')).toEqual([
      '<sip:us:5060;lr>',
      '<sip:us:5060;transport=tcp;lr>',
    ]);
  });

  test('hops run out', () => {
    const hops = (value?: string): string | undefined => {
      const less = oneHopLess(
        request('sip:a@b', ...(value === undefined ? [] : ([['Max-Forwards', value]] as [string, string][]))),
      );
      return less === undefined ? undefined : header(less, 'Max-Forwards');
    };
    expect([hops('70'), hops('1'), hops('0'), hops(), hops('x')]).toEqual(['69', '0', undefined, '70', '70']);
  });
});

test('where a redirect leads, best first', () => {
  expect(
    redirectTargets(
      response(
        302,
        ['Contact', '<sip:b@x>;q=0.2'],
        ['Contact', '<sip:a@x?Subject=hi>'],
        ['Contact', '<mailto:c@x>'],
        ['Contact', '<sip:d@x>;q=0.7'],
      ),
    ),
  ).toEqual(['sip:a@x', 'sip:d@x', 'sip:b@x']);
});

describe('challenges', () => {
  const challenge = response(407, ['Proxy-Authenticate', 'Digest realm="r", nonce="n"']);
  const answer = request('sip:a@b', ['Proxy-Authorization', 'Digest username="u", realm="r", nonce="n", response="0"']);

  test('the answer goes to who asked, once', () => {
    const challenges = new Challenges(new VirtualClock());
    challenges.remember(challenge, 'sip:target');
    expect([challenges.targetOf(answer), challenges.targetOf(answer)]).toEqual(['sip:target', undefined]);
  });

  test('for a short time only, and nothing is left', () => {
    const clock = new VirtualClock();
    const challenges = new Challenges(clock);
    challenges.remember(challenge, 'sip:target');
    expect(clock.armed).toBe(1);
    clock.advance(10_000);
    expect([challenges.targetOf(answer), clock.armed]).toEqual([undefined, 0]);
    challenges.remember(challenge, 'sip:target');
    challenges.close();
    expect(clock.armed).toBe(0);
  });
});

describe('routes of applications', () => {
  const application = (id: string, ...tags: string[]): Application => ({
    id,
    tags: new Set(tags),
    connected: true,
    send: () => {},
  });

  test('in turn, by tag, until they go', () => {
    const routes = new Routes();
    const [a, b, c] = [application('a', 'red'), application('b'), application('c', 'red')];
    for (const one of [a, b, c]) routes.add('invite', one);
    routes.add('invite', a);
    const next = (tag?: string): string | undefined => routes.next('invite', tag)?.id;
    expect([next(), next(), next(), next()]).toEqual(['a', 'b', 'c', 'a']);
    expect([next('red'), next('red'), next('red'), next('blue')]).toEqual(['c', 'a', 'c', undefined]);
    expect(routes.next('options')).toBeUndefined();
    routes.removeAll(a);
    expect([next(), next(), next()]).toEqual(['b', 'c', 'b']);
    routes.remove('invite', b);
    routes.remove('invite', c);
    expect([next(), routes.verbs]).toEqual([undefined, []]);
  });
});

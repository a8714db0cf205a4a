import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../../src/base/clock.ts';
import { Flows } from '../../../../src/embedded/drachtiod/flows/flows.ts';
import type { Hop, Source } from '../../../../src/embedded/sip/stack.ts';
import { field } from '../../../../src/sip/grammar/headers.ts';
import type { SipRequest, SipResponse } from '../../../../src/sip/message.ts';

const body = Buffer.alloc(0);
const from = (port: number, protocol: 'tcp' | 'udp' = 'tcp'): Source => ({
  protocol,
  address: '192.0.2.1',
  port,
  listener: 'x',
  receivedAt: 0,
});

const scene = () => {
  const clock = new VirtualClock();
  const lost: number[] = [];
  const flows = new Flows(clock, { all: () => [] }, hop => lost.push(hop.port));
  const registers = (
    source: Source,
    asked: string[],
    listed: string[],
    changes: Partial<SipResponse> = {},
    to = '101',
  ) => {
    const request: SipRequest = {
      kind: 'request',
      method: 'REGISTER',
      uri: 'sip:x',
      headers: [field('To', `<sip:${to}@x>`), ...asked.map(value => field('Contact', value))],
      body,
    };
    const response = { kind: 'response', status: 200, reason: 'OK', body, ...changes } as const;
    flows.answered(request, { ...response, headers: [field('Contact', listed.join(', '))] }, source);
  };
  const used = (...ports: number[]): boolean[] => ports.map(port => flows.inUse()(from(port) as Hop));
  return { clock, flows, lost, registers, used };
};

const contact = (user: string, more = '') => `<sip:${user}@10.0.0.7;transport=tcp>${more}`;

describe('what a connection is kept open for', () => {
  test('as long as the response says, whatever was asked', () => {
    const { clock, registers, used } = scene();
    registers(from(1), [contact('a', ';expires=9999')], [contact('a', ';expires=600')]);
    clock.advance(599_999);
    expect(used(1, 2)).toEqual([true, false]);
    clock.advance(1);
    expect(used(1)).toEqual([false]);
  });

  test.each([
    ['a refusal', [contact('a')], [contact('a', ';expires=600')], { status: 403 }, from(1)],
    ['a question', [], [contact('a', ';expires=600')], {}, from(1)],
    ['the binding of another one', [contact('b')], [contact('a', ';expires=600')], {}, from(1)],
    ['a star', ['*'], [], {}, from(1)],
    ['a datagram', [contact('a')], [contact('a', ';expires=600')], {}, from(1, 'udp')],
  ] as const)('not for %s', (_, asked, listed, changes, source) => {
    const { registers, used } = scene();
    registers(source, [...asked], [...listed], changes);
    expect(used(1)).toEqual([false]);
  });

  test('not any more when it is registered over another one, or taken back, or displaced', () => {
    const { registers, used } = scene();
    registers(from(1), [contact('a')], [contact('a', ';expires=600')]);
    registers(from(2), [contact('b')], [contact('b', ';expires=600'), contact('a', ';expires=600')]);
    expect(used(1, 2)).toEqual([true, true]);
    registers(from(3), [contact('a')], [contact('a', ';expires=600'), contact('b', ';expires=600')]);
    expect(used(1, 2, 3)).toEqual([false, true, true]);
    registers(from(4), [contact('c')], [contact('c', ';expires=600'), contact('a', ';expires=600')]);
    expect(used(2, 3, 4)).toEqual([false, true, true]);
    registers(from(4), [contact('c', ';expires=0')], [contact('a', ';expires=600')]);
    expect(used(3, 4)).toEqual([true, false]);
    registers(from(5, 'udp'), [contact('a')], [contact('a', ';expires=600')]);
    expect(used(3)).toEqual([false]);
  });

  test('for each flow of a phone, though they have one contact', () => {
    const { registers, used } = scene();
    const flow = (id: number) => contact('a', `;+sip.instance="<urn:uuid:1>";reg-id=${id}`);
    registers(from(1), [flow(1)], [`${flow(1)};expires=600`]);
    registers(from(2), [flow(2)], [`${flow(2)};expires=600`, `${flow(1)};expires=600`]);
    expect(used(1, 2)).toEqual([true, true]);
    registers(from(3), [flow(1)], [`${flow(1)};expires=600`, `${flow(2)};expires=600`]);
    expect(used(1, 2, 3)).toEqual([false, true, true]);
  });

  test('for every extension that it carries', () => {
    const { registers, used, flows, lost } = scene();
    registers(from(1), [contact('a')], [contact('a', ';expires=600')], {}, '101');
    registers(from(1), [contact('a')], [contact('a', ';expires=600')], {}, '102');
    registers(from(1), [contact('a', ';expires=0')], [], {}, '101');
    expect(used(1)).toEqual([true]);
    flows.connectionLost(from(1));
    flows.connectionLost(from(1));
    expect([used(1), lost]).toEqual([[false], [1]]);
  });
});

test('a connection that has gone is known until it would have ended, or until it is registered over again', () => {
  const { clock, flows, lost, registers } = scene();
  flows.connectionLost(from(1));
  expect([flows.isLost(from(1)), lost]).toEqual([false, []]);
  for (const port of [1, 2])
    registers(from(port), [contact(`p${port}`)], [contact(`p${port}`, ';expires=600')], {}, `${port}`);
  for (const port of [1, 2]) flows.connectionLost(from(port));
  expect([flows.isLost(from(1)), flows.isLost(from(3)), lost]).toEqual([true, false, [1, 2]]);
  registers(from(2), [contact('p2')], [contact('p2', ';expires=600')], {}, '2');
  expect([flows.isLost(from(1)), flows.isLost(from(2))]).toEqual([true, false]);
  clock.advance(600_000);
  expect(flows.isLost(from(1))).toBe(false);
});

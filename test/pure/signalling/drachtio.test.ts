import { expect, test } from 'vitest';
import { toHeaders } from '../../../src/signalling/drachtio/fields.ts';
import { responderOf } from '../../../src/signalling/drachtio/responder.ts';
import type { SrfRequest, SrfResponse } from '../../../src/signalling/drachtio/srf.ts';
import { hostileTexts } from '../../support/hostileTexts.ts';

test('no value of a header field begins another one', () => {
  for (const text of hostileTexts) expect(toHeaders({ A: text }).A).not.toMatch(/[\r\n\0]/);
  expect(toHeaders({ A: 'a\r\nB: b' })).toEqual({ A: 'a  B: b' });
  expect(toHeaders({ A: ['1', '2\r\n'], B: '3' })).toEqual({ A: '1\r\nA: 2  ', B: '3' });
});

const stage = (source: 'network' | 'application' = 'network') => {
  const sent: unknown[][] = [];
  const response = { stackDialogId: 'd', send: (...args: unknown[]) => sent.push(args) } as unknown as SrfResponse;
  return { sent, respond: responderOf({ source } as SrfRequest, response) };
};

test('statuses that drachtio-srf would throw at are sent as what their class means', () => {
  const { sent, respond } = stage();
  for (const status of [486, 499, 607, 555, 700, 99, Number.NaN]) respond(status);
  expect(sent.map(([status, phrase]) => `${status} ${phrase}`)).toEqual([
    '486 Busy Here',
    '400 Bad Request',
    '603 Decline',
    '500 Server Internal Error',
    '500 Server Internal Error',
    '500 Server Internal Error',
    '500 Server Internal Error',
  ]);
});

test('a text behind a status is one line of ASCII', () => {
  const { sent, respond } = stage();
  respond(486, { reason: 'Büsy\r\nX-Injected: 1' });
  respond(486, { reason: '\r\n' });
  expect(sent.map(([, phrase]) => phrase)).toEqual(['BsyX-Injected: 1', 'Busy Here']);
});

test('what the server has sent by itself is not answered', () => {
  const { sent, respond } = stage('application');
  respond(200);
  expect(sent).toEqual([]);
});

test('what the server made of a response', () => {
  const { sent, respond } = stage();
  const told: unknown[] = [];
  respond(200, {}, one => told.push(one));
  const callback = sent[0]?.[3] as (error: unknown, message: unknown) => void;
  callback(null, { headers: { to: 'x' } });
  callback('Response not sent due to unknown transaction', undefined);
  expect(told).toEqual([{ headers: { to: 'x' }, dialogId: 'd' }, undefined]);
});

import { expect, test } from 'vitest';
import { ReferSubscription } from '../../../../src/signalling/transfer/subscription.ts';

interface Asked {
  final(response: { readonly status: number }): void;
  failed(): void;
}

/** A dialog whose far end answers NOTIFY when the test says. */
function desk(): { readonly told: string[]; readonly open: Asked[]; readonly subscription: ReferSubscription } {
  const told: string[] = [];
  const open: Asked[] = [];
  const dialog = {
    confirmed: true,
    request: (_method: string, headers: Readonly<Record<string, string>>, body: string, events: Asked) => {
      told.push(`${body.split('\r\n')[0]}; ${headers['Subscription-State']?.split(';')[0]}`);
      open.push(events);
    },
  };
  return { told, open, subscription: new ReferSubscription(dialog as never, 'refer') };
}

test('one NOTIFY at a time, the latest status next, and nothing after the final one', () => {
  const { told, open, subscription } = desk();
  subscription.tell(100, 'Trying');
  subscription.tell(180, 'Ringing');
  subscription.tell(183, 'Session Progress');
  expect(told).toEqual(['SIP/2.0 100 Trying; active']);
  open.shift()?.final({ status: 200 });
  expect(told).toEqual(['SIP/2.0 100 Trying; active', 'SIP/2.0 183 Session Progress; active']);
  subscription.tell(183, 'Session Progress');
  open.shift()?.final({ status: 200 });
  subscription.tell(183, 'Session Progress');
  expect(told).toHaveLength(2);
  subscription.tell(486, 'Busy Here');
  subscription.tell(200, 'OK');
  expect(told.at(-1)).toBe('SIP/2.0 486 Busy Here; terminated');
  open.shift()?.final({ status: 200 });
  subscription.tell(200, 'OK');
  expect(told).toHaveLength(3);
});

test('a final status that waits is not replaced', () => {
  const { told, open, subscription } = desk();
  subscription.tell(100, 'Trying');
  subscription.tell(603, 'Decline');
  subscription.tell(180, 'Ringing');
  subscription.tell(200, 'OK');
  open.shift()?.final({ status: 200 });
  expect(told.at(-1)).toBe('SIP/2.0 603 Decline; terminated');
});

test.each(['final', 'failed'] as const)('a transferor who has left (%s) is told no more', how => {
  const { told, open, subscription } = desk();
  subscription.tell(100, 'Trying');
  if (how === 'failed') open.shift()?.failed();
  else open.shift()?.final({ status: 481 });
  subscription.tell(200, 'OK');
  expect(told).toHaveLength(1);
});

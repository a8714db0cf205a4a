/** baresip over a connection: the flow that it has registered over is the only way to it (RFC 5626). */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { withoutBaresip } from '../support/foreign/baresip.ts';
import { onStage } from '../support/foreign/stage.ts';

const skipped = withoutBaresip === undefined ? '' : ` (skipped: ${withoutBaresip})`;

/** baresip 1.0 loses an event of its control socket now and then: it rings, and does not say so. */
describe(`baresip over a connection${skipped}`, { retry: 1 }, () => {
  const it = test.skipIf(withoutBaresip !== undefined);

  it(
    'is unreachable at once when it is killed, though its registration holds for an hour',
    onStage('tcp', async stage => {
      const { office } = stage;
      const desk = await stage.baresip('101', { expires: 3600 });
      expect(desk.trace).toMatch(/^Contact: .*expires=3600/im);
      await desk.die();
      await sleep(200);
      const colleague = await office.extension('102');
      const asked = performance.now();
      expect(await colleague.call('101').ended()).toMatchObject({ by: 'them', status: 480 });
      // Nobody has waited for a connection that nobody takes.
      expect(performance.now() - asked).toBeLessThan(4_000);
    }),
  );

  it(
    'registers a flow, is told that we keep it, and rings over it',
    onStage('tcp', async stage => {
      const { office } = stage;
      const desk = await stage.baresip('101', { expires: 3600, outbound: true });
      expect(desk.trace).toMatch(/^REGISTER (?:.+\r\n)*?Contact: .*reg-id=1/m);
      expect(desk.trace).toMatch(/^SIP\/2\.0 200 (?:.+\r\n)*?Require: outbound/m);
      const colleague = await office.extension('102');
      const call = colleague.call('101');
      await call.rings();
      await desk.event('CALL_INCOMING');
      await desk.command('accept');
      await Promise.all([call.answered(), desk.event('CALL_ESTABLISHED')]);
      await call.hangUp();
      await desk.event('CALL_CLOSED');
    }),
  );
});

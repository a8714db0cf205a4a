import { describe, test } from 'vitest';
import { signallingContract } from './suite.ts';

const { KOZPONT_DRACHTIO_ADMIN: admin, KOZPONT_DRACHTIO_SIP: sip, KOZPONT_DRACHTIO_SECRET: secret } = process.env;

const address = (text: string) => ({ host: text.replace(/:\d+$/, ''), port: Number(/\d+$/.exec(text)?.[0]) });

if (admin !== undefined && sip !== undefined && secret !== undefined) {
  signallingContract('drachtio-server', { handsOverRefer: false }, async () => ({
    admin: { ...address(admin), secret },
    sip: address(sip),
    close: () => Promise.resolve(),
  }));
} else {
  describe('signalling on drachtio-server', () => {
    test.skip('KOZPONT_DRACHTIO_ADMIN, _SIP and _SECRET name no drachtio-server (host:port, host:port, its secret)', () => {});
  });
}

import { describe, test } from 'vitest';
import { openReal, realServerNamed } from '../../support/drachtio/server.ts';
import { signallingContract } from './suite.ts';

if (realServerNamed) {
  signallingContract('drachtio-server', { handsOverRefer: false }, openReal);
} else {
  describe('signalling on drachtio-server', () => {
    test.skip('skipped unless KOZPONT_DRACHTIO is the path of its program, or KOZPONT_DRACHTIO_HOST, _PORT, _SECRET and _SIP name one', () => {});
  });
}

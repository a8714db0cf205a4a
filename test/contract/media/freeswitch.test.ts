import { describe, test } from 'vitest';
import { drachtioProgram, startDrachtio } from '../../support/production/drachtio.ts';
import { freeswitchProgram } from '../../support/production/freeswitch.ts';
import { freeswitchRig } from '../../support/production/freeswitchRig.ts';
import { mediaContract } from './suite.ts';

if (freeswitchProgram !== undefined) {
  mediaContract('freeswitch', () => freeswitchRig());
  if (drachtioProgram !== undefined) {
    mediaContract('freeswitch through drachtio-server', () => freeswitchRig(startDrachtio));
  } else {
    test.skip('freeswitch through drachtio-server: skipped unless KOZPONT_DRACHTIO is the path of its program', () => {});
  }
} else {
  describe('media port: freeswitch', () => {
    test.skip('skipped unless KOZPONT_FREESWITCH is the path of its program', () => {});
  });
}

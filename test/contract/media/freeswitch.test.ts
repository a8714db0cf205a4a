import { describe, test } from 'vitest';
import { freeswitchProgram } from '../../support/production/freeswitch.ts';
import { freeswitchRig } from '../../support/production/freeswitchRig.ts';
import { mediaContract } from './suite.ts';

if (freeswitchProgram !== undefined) {
  mediaContract('freeswitch', () => freeswitchRig());
} else {
  describe('media port: freeswitch', () => {
    test.skip('skipped unless KOZPONT_FREESWITCH is the path of its program', () => {});
  });
}

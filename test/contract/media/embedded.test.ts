import { embeddedMediaRig } from '../../support/embeddedMediaRig.ts';
import { mediaContract } from './suite.ts';

mediaContract('embedded', () => embeddedMediaRig());

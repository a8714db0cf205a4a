import { openDrachtiod } from '../../support/drachtio/server.ts';
import { signallingContract } from './suite.ts';

signallingContract('drachtiod', { handsOverRefer: true }, openDrachtiod);

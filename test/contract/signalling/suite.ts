/** What holds for signalling on any server that speaks drachtio's protocol. */
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import type { ServerUnderTest } from '../../support/drachtio/server.ts';
import { type OpenRig, type OpenServer, Rig, type ServerTraits } from '../../support/signalling/rig.ts';
import { admission } from './admission.ts';
import { adopted } from './adopted.ts';
import { connection } from './connection.ts';
import { costlyMessages } from './costlyMessages.ts';
import { dialogs } from './dialogs.ts';
import { inbound } from './inbound.ts';
import { numbers } from './numbers.ts';
import { outbound } from './outbound.ts';
import { registration } from './registration.ts';
import { transfers } from './transfers.ts';

export const signallingContract = (name: string, traits: ServerTraits, openServer: OpenServer): void => {
  describe(`signalling on ${name}`, () => {
    let server: ServerUnderTest;
    let rigs: Rig[] = [];
    beforeAll(async () => {
      server = await openServer();
    });
    afterAll(() => server?.close());
    afterEach(async () => {
      const open = rigs;
      rigs = [];
      for (const rig of open.reverse()) await rig.close();
    });
    const open: OpenRig = async options => {
      const rig = await Rig.open(server, options);
      rigs.push(rig);
      return rig;
    };
    describe('registration', () => registration(open));
    describe('admission', () => admission(open));
    describe('inbound', () => inbound(open));
    describe('outbound', () => outbound(open));
    describe('dialogs', () => dialogs(open));
    describe('numbers', () => numbers(open));
    describe('transfers', () => transfers(open, traits));
    describe('adopted', () => adopted(open));
    describe('connection', () => connection(open));
    describe('messages that are made to cost time', () => costlyMessages(open));
  });
};

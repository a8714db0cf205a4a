import type { Abilities, Verdict } from '../../src/sip/grammar/verdict/verdict.ts';

/** The user agent that the expectations are about: one that talks, registers, and takes text messages. */
export const userAgent: Abilities = {
  methods: ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'REGISTER', 'MESSAGE'],
  schemes: ['sip', 'sips', 'tel'],
  extensions: ['100rel', 'replaces', 'timer'],
  contentTypes: ['application/sdp', 'multipart/mixed', 'text/plain'],
  contentEncodings: [],
  answerType: 'application/sdp',
  loneVia: true,
};

/** A verdict in the words of the expectations. */
export const inShort = (verdict: Verdict): 'accept' | 'drop' | number =>
  verdict.kind === 'refuse' ? verdict.status : verdict.kind;

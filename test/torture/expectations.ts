/**
 * What a user agent of ours answers to each message of RFC 4475, by the RFC's name of it. `own.ts` has a message of our
 * own for each of them; the RFC's stand in the folder that KOZPONT_TORTURE names.
 */
export interface Expectation {
  /** Of RFC 4475. */
  readonly section: string;
  /** What a user agent server does with it as a datagram: the status of its refusal, `accept` or `drop`. */
  readonly verdict: 'accept' | 'drop' | number;
  /**
   * In a stream, split and glued in whatever way. `same`: as in a datagram. `broken`: this verdict, and the connection
   * must be closed. `waits`: the message is never whole. `two`: they are two messages.
   */
  readonly stream: 'same' | 'broken' | 'waits' | 'two';
  /** Where this is not what the RFC asks for, or is one choice of several: why. */
  readonly note?: string;
}

const strict = 'The RFC allows leniency. Strict: what one element repairs, the next one understands differently.';

export const expectations: Readonly<Record<string, Expectation>> = {
  wsinv: { section: '3.1.1.1', verdict: 'accept', stream: 'same' },
  intmeth: { section: '3.1.1.2', verdict: 501, stream: 'same' },
  esc01: { section: '3.1.1.3', verdict: 'accept', stream: 'same' },
  escnull: { section: '3.1.1.4', verdict: 'accept', stream: 'same' },
  esc02: { section: '3.1.1.5', verdict: 501, stream: 'same' },
  lwsdisp: { section: '3.1.1.6', verdict: 'accept', stream: 'same' },
  longreq: { section: '3.1.1.7', verdict: 'accept', stream: 'same' },
  dblreq: { section: '3.1.1.8', verdict: 'accept', stream: 'two' },
  semiuri: { section: '3.1.1.9', verdict: 'accept', stream: 'same' },
  transports: { section: '3.1.1.10', verdict: 'accept', stream: 'same' },
  mpart01: {
    section: '3.1.1.11',
    verdict: 'accept',
    stream: 'same',
    note: 'What is in the parts is left to the application.',
  },
  unreason: { section: '3.1.1.12', verdict: 'accept', stream: 'same' },
  noreason: { section: '3.1.1.13', verdict: 'accept', stream: 'same' },

  badinv01: { section: '3.1.2.1', verdict: 400, stream: 'same' },
  clerr: {
    section: '3.1.2.2',
    verdict: 400,
    stream: 'waits',
    note: 'In a stream the rest may still come; the time limit of the transport ends the wait.',
  },
  ncl: { section: '3.1.2.3', verdict: 400, stream: 'broken' },
  scalar02: { section: '3.1.2.4', verdict: 400, stream: 'same' },
  scalarlg: { section: '3.1.2.5', verdict: 'drop', stream: 'same' },
  quotbal: { section: '3.1.2.6', verdict: 400, stream: 'same', note: strict },
  ltgtruri: { section: '3.1.2.7', verdict: 400, stream: 'same', note: strict },
  lwsruri: { section: '3.1.2.8', verdict: 400, stream: 'same', note: strict },
  lwsstart: { section: '3.1.2.9', verdict: 400, stream: 'same', note: strict },
  trws: { section: '3.1.2.10', verdict: 400, stream: 'same', note: strict },
  escruri: { section: '3.1.2.11', verdict: 400, stream: 'same', note: strict },
  baddate: {
    section: '3.1.2.12',
    verdict: 'accept',
    stream: 'same',
    note: 'Nothing here depends on Date: it is not looked at, as the RFC allows.',
  },
  regbadct: { section: '3.1.2.13', verdict: 400, stream: 'same' },
  badaspec: { section: '3.1.2.14', verdict: 400, stream: 'same', note: strict },
  baddn: {
    section: '3.1.2.15',
    verdict: 400,
    stream: 'same',
    note: 'Lenient where nothing is ambiguous: a bare display name may have anything but separators.',
  },
  badvers: { section: '3.1.2.16', verdict: 505, stream: 'same' },
  mismatch01: { section: '3.1.2.17', verdict: 400, stream: 'same' },
  mismatch02: {
    section: '3.1.2.18',
    verdict: 400,
    stream: 'same',
    note: 'The RFC allows 501 too: the method is unknown as well.',
  },
  bigcode: { section: '3.1.2.19', verdict: 'drop', stream: 'same' },

  badbranch: {
    section: '3.2.1',
    verdict: 'accept',
    stream: 'same',
    note: 'The branch is no transaction id: the transaction is matched as in RFC 2543.',
  },

  insuf: { section: '3.3.1', verdict: 400, stream: 'same' },
  unkscm: { section: '3.3.2', verdict: 416, stream: 'same' },
  novelsc: { section: '3.3.3', verdict: 416, stream: 'same' },
  unksm2: { section: '3.3.4', verdict: 400, stream: 'same' },
  bext01: { section: '3.3.5', verdict: 420, stream: 'same' },
  invut: { section: '3.3.6', verdict: 415, stream: 'same' },
  regaut01: {
    section: '3.3.7',
    verdict: 'accept',
    stream: 'same',
    note: 'The registrar then challenges: to it, credentials of an unknown scheme are none.',
  },
  multi01: { section: '3.3.8', verdict: 400, stream: 'same' },
  mcl01: { section: '3.3.9', verdict: 400, stream: 'broken' },
  bcast: { section: '3.3.10', verdict: 'drop', stream: 'same' },
  zeromf: { section: '3.3.11', verdict: 'accept', stream: 'same' },
  cparam01: { section: '3.3.12', verdict: 'accept', stream: 'same' },
  cparam02: { section: '3.3.13', verdict: 'accept', stream: 'same' },
  regescrt: { section: '3.3.14', verdict: 'accept', stream: 'same' },
  sdp01: { section: '3.3.15', verdict: 406, stream: 'same' },

  inv2543: {
    section: '3.4.1',
    verdict: 'accept',
    stream: 'broken',
    note: 'No Contact: whoever makes a dialog of it must do without. No Content-Length: nothing for a stream.',
  },
};

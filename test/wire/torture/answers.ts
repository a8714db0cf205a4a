import { expectations } from '../../torture/expectations.ts';

/**
 * What the running switchboard answers to those messages of RFC 4475 that can be accepted (`expectations`), from somebody
 * whom it does not know; `nothing` to responses that belong to no request of ours.
 */
const accepted: Readonly<Record<string, { readonly status: number | 'nothing'; readonly why: string }>> = {
  wsinv: { status: 481, why: 'Its To has a tag, of a dialog that is not there.' },
  esc01: { status: 401, why: 'A call of a stranger is challenged.' },
  escnull: { status: 401, why: 'A registration is challenged.' },
  lwsdisp: { status: 200, why: 'OPTIONS.' },
  longreq: { status: 401, why: 'A call of a stranger is challenged.' },
  dblreq: { status: 401, why: 'The first of the two is a registration.' },
  semiuri: { status: 200, why: 'OPTIONS.' },
  transports: { status: 200, why: 'OPTIONS.' },
  mpart01: { status: 405, why: 'There are no text messages here.' },
  unreason: { status: 'nothing', why: 'A response.' },
  noreason: { status: 'nothing', why: 'A response.' },
  baddate: { status: 401, why: 'A call of a stranger is challenged.' },
  badbranch: { status: 200, why: 'OPTIONS.' },
  regaut01: { status: 401, why: 'Credentials of an unknown scheme are none.' },
  zeromf: { status: 200, why: 'OPTIONS, and nobody forwards it.' },
  cparam01: { status: 401, why: 'A registration is challenged.' },
  cparam02: { status: 401, why: 'A registration is challenged.' },
  regescrt: {
    status: 400,
    why: 'A departure: the header fields that a contact wants in our requests would be a stranger’s text in them.',
  },
  inv2543: { status: 400, why: 'A departure: without a Contact nothing could be sent within the dialog (8.1.1.8).' },
};

/** The status of the answer to a message of that name, in a datagram. */
export function answerTo(name: string): number | 'nothing' {
  const verdict = expectations[name]?.verdict;
  if (verdict === undefined) throw new Error(`there is no expectation for ${name}`);
  if (verdict === 'drop') return 'nothing';
  if (verdict !== 'accept') return verdict;
  const answer = accepted[name];
  if (answer === undefined) throw new Error(`there is no answer to ${name}`);
  return answer.status;
}

/** The same in a stream. */
export function answerInStream(name: string): number | 'nothing' {
  // Where the next message begins cannot be told any more.
  return expectations[name]?.stream === 'broken' ? 400 : answerTo(name);
}

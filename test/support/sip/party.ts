import { VirtualClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { createSipStack } from '../../../src/embedded/sip/createStack.ts';
import type {
  ClientFailure,
  ClientHandlers,
  Hop,
  ServerTransaction,
  SipStack,
  SipStackOptions,
  Source,
} from '../../../src/embedded/sip/stack.ts';
import { field } from '../../../src/sip/grammar/headers.ts';
import type { HeaderField, SipRequest, SipResponse } from '../../../src/sip/message.ts';
import { MemoryNetwork, type Rule } from './memoryNetwork.ts';

/** A stack of its own on the network, that notes down what its core is told; `onRequest` is what it does about it. */
export interface Party {
  readonly stack: SipStack;
  readonly address: string;
  readonly requests: ServerTransaction[];
  readonly acks: SipRequest[];
  onRequest: (transaction: ServerTransaction) => void;
  onAck: (ack: SipRequest, source: Source) => void;
}

export interface World {
  readonly clock: VirtualClock;
  readonly network: MemoryNetwork;
  party(address: string, options?: PartyOptions): Promise<Party>;
  /** Lets time pass, and what was put off to a later turn happen. */
  pass(milliseconds: number): Promise<void>;
  /** Closes all parties. Nothing may be left but packets on their way. */
  close(): Promise<void>;
}

export type PartyOptions = Partial<Omit<SipStackOptions, 'clock' | 'core' | 'listeners'>> & {
  readonly protocols?: readonly ('udp' | 'tcp')[];
};

export function createWorld(options: { seed?: number; delay?: number; rules?: readonly Rule[] } = {}): World {
  const clock = new VirtualClock();
  const network = new MemoryNetwork(clock, options);
  const parties: Party[] = [];
  const pass = async (milliseconds: number): Promise<void> => {
    const until = clock.now() + milliseconds;
    await settle();
    while (clock.next !== undefined && clock.next <= until) {
      clock.step();
      await settle();
    }
    clock.advance(until - clock.now());
    await settle();
  };
  return {
    clock,
    network,
    pass,
    async party(address, { protocols = ['udp', 'tcp'] as const, ...rest } = {}) {
      const made: Party = {
        stack: createSipStack({
          log: silentLog,
          ...rest,
          clock,
          listeners: protocols.map(protocol => network.transport(protocol, address)),
          core: {
            request: transaction => {
              made.requests.push(transaction);
              made.onRequest(transaction);
            },
            ack: (ack, source) => {
              made.acks.push(ack);
              made.onAck(ack, source);
            },
          },
        }),
        address,
        requests: [],
        acks: [],
        onRequest: () => {},
        onAck: () => {},
      };
      await made.stack.listen();
      parties.push(made);
      return made;
    },
    async close() {
      await Promise.all(parties.map(({ stack }) => stack.close()));
    },
  };
}

/** The turn of the promises. */
export const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

let numbers = 0;

/** A request as a user agent's core would make it, complete but for the Via. */
export function requestTo(
  method: string,
  uri: string,
  options: {
    callId?: string;
    sequence?: number;
    tag?: string;
    toTag?: string;
    headers?: HeaderField[];
    body?: Buffer;
  } = {},
): SipRequest {
  const number = ++numbers;
  const { callId = `call-${number}`, sequence = 1, tag = `from-${number}`, toTag, headers = [], body } = options;
  return {
    kind: 'request',
    method,
    uri,
    headers: [
      field('Max-Forwards', '70'),
      field('From', `"A" <sip:a@example.com>;tag=${tag}`),
      field('To', `<${uri}>${toTag === undefined ? '' : `;tag=${toTag}`}`),
      field('Call-ID', callId),
      field('CSeq', `${sequence} ${method}`),
      field('Contact', '<sip:a@10.0.0.1>'),
      ...headers,
    ],
    body: body ?? Buffer.alloc(0),
  };
}

/** What a client transaction told its core, in order. */
export interface Heard extends ClientHandlers {
  readonly words: string[];
  readonly responses: SipResponse[];
  readonly failures: ClientFailure[];
  readonly sentTo: Hop[];
}

export function listening(): Heard {
  const heard: Heard = {
    words: [],
    responses: [],
    failures: [],
    sentTo: [],
    sent: (_request, hop) => {
      heard.words.push('sent');
      heard.sentTo.push(hop);
    },
    response: response => {
      heard.words.push(String(response.status));
      heard.responses.push(response);
    },
    failed: failure => {
      heard.words.push(failure.kind);
      heard.failures.push(failure);
    },
    ended: () => heard.words.push('ended'),
  };
  return heard;
}

/** What FreeSWITCH has counted on a channel (`mediaStats`). */
import { own } from '../../base/own.ts';
import type { DirectionStats, EndpointStats } from '../port.ts';

const nothing: DirectionStats = { packets: 0, bytes: 0, lost: null, jitter: null, codec: null };

/** An answer that cannot be read is one without numbers. */
export function statsIn(answer: string, codec: string | null): EndpointStats {
  const audio = audioOf(answer);
  if (audio === undefined) return { received: nothing, sent: nothing, roundTripTime: null };
  const number = (name: string): number | undefined => {
    const value = own(audio, name);
    return typeof value === 'number' ? value : undefined;
  };
  const count = (name: string): number => number(name) ?? 0;
  const received = count('in_packet_count');
  const sent = count('out_packet_count');
  return {
    received: {
      packets: received,
      bytes: count('in_media_bytes'),
      lost: received === 0 ? null : (number('in_flaw_total') ?? null),
      jitter: received === 0 ? null : Math.sqrt(Math.max(0, count('in_jitter_max_variance'))),
      codec: received === 0 ? null : codec,
    },
    sent: {
      packets: sent,
      bytes: count('out_media_bytes'),
      lost: null,
      jitter: null,
      codec: sent === 0 ? null : codec,
    },
    roundTripTime: null,
  };
}

function audioOf(answer: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(answer)?.response?.audio ?? undefined;
  } catch {
    return undefined;
  }
}

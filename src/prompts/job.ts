/** Of every sound that Kozpont plays, in hertz. */
export const sampleRate = 8000;

/** One task for the worker. `output` is a path where nothing stands yet; it gets 8 kHz mono 16-bit WAV. */
export type Job =
  /** The built-in voice, one stretch after the other; `speed` in words a minute. */
  | {
      readonly kind: 'speak';
      readonly parts: readonly { readonly text: string; readonly voice: string }[];
      readonly speed: number;
      readonly output: string;
    }
  /** What another voice has spoken into WAV files: brought to our format, trimmed, and to the level of speech. */
  | { readonly kind: 'convertSpeech'; readonly inputs: readonly string[]; readonly output: string }
  /** A recording: brought to our format, its level left as it is. */
  | { readonly kind: 'convert'; readonly input: string; readonly output: string }
  | { readonly kind: 'music'; readonly output: string };

/** The worker's answer to a job. */
export type Done = { readonly ok: true } | { readonly ok: false; readonly reason: string };

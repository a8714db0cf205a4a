/** How a drain goes on, as `POST /drain` answers it: a JSON value each line, the last one when it is over. */
export type DrainLine =
  | { readonly calls: number }
  /** `cut`: calls that the limit of the drain has ended. */
  | { readonly over: true; readonly cut: number };

export const writeDrainLine = (line: DrainLine): string => `${JSON.stringify(line)}\n`;

/** Undefined where it is none. */
export function readDrainLine(text: string): DrainLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if ('calls' in value && typeof value.calls === 'number') return { calls: value.calls };
  if ('over' in value && 'cut' in value && typeof value.cut === 'number') return { over: true, cut: value.cut };
  return undefined;
}

/** The payload of a telephone event (RFC 4733, §2.3): event, end bit and volume, duration. */

/** By event code (RFC 4733, §3.2). */
export const digits = '0123456789*#ABCD';
export const eventLength = 4;

export const isDigits = (text: string): boolean => /^[0-9*#A-D]+$/.test(text);

/** `duration` in units of the timestamp. */
export function writeEvent(into: Buffer, at: number, event: number, end: boolean, duration: number): void {
  // -10 dBm0, as telephones send it.
  const volume = 10;
  into[at] = event;
  into[at + 1] = end ? volume | 128 : volume;
  into[at + 2] = duration >> 8;
  into[at + 3] = duration;
}

/**
 * What is written down for the process that comes after this one: JSON in one line, below a line with the format and a
 * hash of it. A file that was cut off, or edited by hand, does not read as anything. The hash has no key: whoever may
 * write in the state folder can make one that fits, so what is read is still looked at.
 */
import { rename, writeFile } from 'node:fs/promises';
import { contentHash } from '../base/contentHash.ts';

/** The end of a file's name while it is being written: what is left under it after a crash is nothing. */
export const draft = '.new';

/** The whole file or nothing, in the place of what is there; for its owner alone. One at a time for each path. */
export async function writeSealed(path: string, format: string, value: unknown): Promise<void> {
  await writeFile(`${path}${draft}`, seal(format, value), { mode: 0o600 });
  await rename(`${path}${draft}`, path);
}

export const seal = (format: string, value: unknown): string => {
  const body = JSON.stringify(value);
  return `${format} ${contentHash(body)}\n${body}\n`;
};

/** Undefined where the text is not what `seal` made. */
export function unseal(format: string, text: string): unknown {
  const [head = '', body = ''] = text.split('\n');
  if (head !== `${format} ${contentHash(body)}`) return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

import { constants, type FileHandle, open } from 'node:fs/promises';
import { messageOf } from '../base/errors.ts';
import { fail, ok, type Result } from '../base/result.ts';
import type { Diagnostic } from '../base/yaml/diagnostic.ts';
import { finding } from './catalogue.ts';
import { type CompiledDialplan, compileDialplan } from './compileDialplan.ts';
import { decode } from './source/decode.ts';
import { guardLimits } from './source/guard.ts';

/** A character of UTF-8 has up to four bytes. */
const mostBytes = guardLimits.size * 4;

export interface LoadedDialplan extends CompiledDialplan {
  /** The file as it was read. */
  readonly bytes: Uint8Array;
}

/**
 * Reads and compiles a dialplan. Never more than the largest dialplan is read into memory, whatever `path` is. A file
 * that cannot be read is one error, `FILE_UNREADABLE`. `shownAs` is its name in positions.
 */
export async function loadDialplan(
  path: string,
  shownAs = path,
): Promise<Result<LoadedDialplan, readonly Diagnostic[]>> {
  const bytes = await readBounded(path, shownAs);
  if (!bytes.ok) return fail([bytes.error]);
  const compiled = compileBytes(bytes.value, shownAs);
  return compiled.ok ? ok({ ...compiled.value, bytes: bytes.value }) : compiled;
}

/** What the bytes of a file are as a dialplan. */
export function compileBytes(bytes: Uint8Array, shownAs: string): Result<CompiledDialplan, readonly Diagnostic[]> {
  const text = decode(shownAs, bytes);
  return text.ok ? compileDialplan(text.value, shownAs) : fail([text.error]);
}

/** The bytes of a file, never more than the largest dialplan has; else why not. */
export async function readBounded(path: string, shownAs: string): Promise<Result<Uint8Array, Diagnostic>> {
  const start = { file: shownAs, line: 1, col: 1 };
  let file: FileHandle | undefined;
  try {
    // Without O_NONBLOCK a named pipe is waited for until somebody writes to it.
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = await file.stat();
    if (!stats.isFile()) return fail(finding('FILE_UNREADABLE', start, 'this is no regular file'));
    if (stats.size > mostBytes) {
      const message = `the file has ${stats.size.toLocaleString('en')} bytes: no dialplan is that long`;
      return fail(finding('YAML_LIMIT', start, message));
    }
    const buffer = new Uint8Array(stats.size);
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return ok(buffer.subarray(0, length));
  } catch (error) {
    return fail(finding('FILE_UNREADABLE', start, `the file cannot be read: ${messageOf(error)}`));
  } finally {
    await file?.close();
  }
}

import { KozpontError, messageOf } from '../../../base/errors.ts';

/** What a socket says that could not be opened, in words that name the address. */
export function bindError(protocol: string, address: string, port: number, error: unknown): KozpontError {
  const code = (error as { code?: unknown } | null)?.code;
  const place = `${protocol} ${address}:${port}`;
  if (code === 'EADDRINUSE') return new KozpontError('ADDRESS_IN_USE', `${place} is taken`, { cause: error });
  if (code === 'EACCES') return new KozpontError('ADDRESS_IN_USE', `${place} needs more rights`, { cause: error });
  if (code === 'EADDRNOTAVAIL') {
    return new KozpontError('ADDRESS_IN_USE', `${place} is no address of this machine`, { cause: error });
  }
  return new KozpontError('ADDRESS_IN_USE', `${place} cannot be opened: ${messageOf(error)}`, { cause: error });
}

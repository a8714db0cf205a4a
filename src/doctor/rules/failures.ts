import type { Failure } from '../facts.ts';
import { type Finding, findingError } from '../finding.ts';

/** Why a server could not be asked; the same five ways for every server. `code` is what its codes begin with. */
export function failureFinding(code: string, subject: string, { kind, detail }: Failure, section: string): Finding {
  const of = (ending: string, message: string, remedy: string): Finding =>
    findingError(`${code}_${ending}`, subject, message, remedy);
  switch (kind) {
    case 'unreachable':
      return of(
        'UNREACHABLE',
        `cannot be reached: ${detail}`,
        `start it, or correct host and port under ${section}; look for a firewall between the two`,
      );
    case 'silent':
      return of(
        'SILENT',
        `takes the connection and says nothing: ${detail}`,
        'it hangs, or another program has this port: look at its log',
      );
    case 'foreign':
      return of(
        'FOREIGN',
        `does not speak the protocol that belongs here: ${detail}`,
        `another program has this port: correct it under ${section}`,
      );
    case 'denied':
      return of(
        'DENIED',
        `does not want connections from our address: ${detail}`,
        'name our address in the list of apply-inbound-acl, in its event_socket.conf.xml',
      );
    case 'refused':
      return of(
        'SECRET_REFUSED',
        `refuses our secret: ${detail}`,
        `write the same secret there and under ${section} (or into the secretFile)`,
      );
  }
}

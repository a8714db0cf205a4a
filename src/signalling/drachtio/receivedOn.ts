import { isIP } from 'node:net';
import type { Facing } from '../../base/facing.ts';
import type { SrfRequest } from './srf.ts';

/** The address of ours that a request outside of dialogs came to, as the server says: `address:port`. */
export const receivedOn = ({ receivedOn: place }: Pick<SrfRequest, 'receivedOn'>): string | undefined => {
  const host = (place ?? '').replace(/:\d*$/, '').replace(/^\[|\]$/g, '');
  return isIP(host) === 0 ? undefined : host;
};

export const facingOf = (local: string | undefined, remote: string | undefined): Facing => ({
  ...(local === undefined ? {} : { local }),
  ...(remote === undefined || isIP(remote) === 0 ? {} : { remote }),
});

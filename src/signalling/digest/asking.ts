import { header } from '../drachtio/message.ts';
import type { SrfRequest } from '../drachtio/srf.ts';
import type { ToAuthenticate } from './authenticator.ts';

/** What a request says of who sent it; `claimed`: whom its From or To names. */
export const toAuthenticate = (request: SrfRequest, claimed: string): ToAuthenticate => ({
  method: request.method,
  uri: request.uri,
  authorization: header(request, 'authorization'),
  source: request.source_address,
  port: request.source_port,
  claimed,
  userAgent: header(request, 'user-agent'),
});

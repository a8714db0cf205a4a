/**
 * The least that a switchboard on drachtio-srf and drachtio-fsmrf can be: the same call as Kozpont's, written as the
 * documentation of the two has it. No timers, no transfers, no records; whatever goes wrong ends the call.
 */
import { answerParent } from '../child.ts';
import type { ToBare } from '../messages.ts';
import { address } from '../office.ts';
import {
  createSrf,
  type FsmrfEndpoint,
  loadFsmrf,
  type MediaServer,
  type Srf,
  type SrfRequest,
  type SrfResponse,
} from './fsmrf.ts';

type Start = Extract<ToBare, { kind: 'start' }>;

interface Script {
  readonly srf: Srf;
  readonly media: MediaServer;
}

let script: Script | undefined;

async function start(parts: Start): Promise<void> {
  const Mrf = await loadFsmrf();
  const srf = createSrf();
  srf.invite((request, response) => void carry(request, response, parts));
  const connected = new Promise<void>((resolve, reject) => {
    srf.on('connect', error => (error ? reject(error) : resolve()));
    srf.on('error', reject);
  });
  srf.connect({ host: address, ...parts.drachtio });
  await connected;
  const media = await new Mrf(srf).connect({ address, listenAddress: address, ...parts.freeswitch });
  script = { srf, media };
}

async function carry(request: SrfRequest, response: SrfResponse, { greeting, extension }: Start): Promise<void> {
  if (script === undefined) return;
  const { srf, media } = script;
  const held: { destroy(): unknown }[] = [];
  // A leg that is gone already says so by an error.
  const letGo = (): void => {
    for (const one of held.splice(0)) Promise.resolve(one.destroy()).catch(() => {});
  };
  try {
    const { endpoint, dialog: caller } = await media.connectCaller(request, response);
    held.push(endpoint, caller);
    caller.on('destroy', () => {
      held.splice(held.indexOf(caller), 1);
      letGo();
    });
    const { digits } = await endpoint.playCollect({ file: greeting, min: 1, max: 1, tries: 1, timeout: 10_000 });
    if (!digits) throw new Error('no key was pressed');
    const other: FsmrfEndpoint = await media.createEndpoint();
    held.push(other);
    const headers = { From: `<sip:${request.callingNumber}@${address}>` };
    const phone = await srf.createUAC(extension, { localSdp: other.local.sdp, headers });
    held.push(phone);
    phone.on('destroy', () => {
      held.splice(held.indexOf(phone), 1);
      letGo();
    });
    await other.modify(phone.remote.sdp);
    await endpoint.bridge(other);
  } catch {
    letGo();
  }
}

answerParent<ToBare>(async question => {
  switch (question.kind) {
    case 'start':
      return start(question);
    case 'close':
      script?.media.disconnect();
      script?.srf.disconnect();
      return undefined;
  }
});

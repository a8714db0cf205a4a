/**
 * drachtiod: the server side of drachtio's application protocol, over our SIP stack. Any application of drachtio-srf
 * runs against it; what such an application can see is what drachtio-server shows it, but for the departures that stand
 * in README.md.
 */
import { FaultLog } from '../../base/faults.ts';
import { createSipStack } from '../sip/createStack.ts';
import type { ListenAddress } from '../sip/stack.ts';
import { defaultTimers } from '../sip/transactions/timerValues.ts';
import { withBrackets } from '../sip/transport/addresses.ts';
import { AcceptedInvites } from '../sip/userAgent/inviteServer.ts';
import { AdminPort } from './applications/adminPort.ts';
import type { Application } from './applications/connection.ts';
import { Routes } from './applications/routes.ts';
import { CallRecords } from './callRecords.ts';
import { carryOut } from './core/commands.ts';
import type { Core } from './core/core.ts';
import { DialogTable } from './dialogs/dialogTable.ts';
import { Flows } from './flows/flows.ts';
import { dispatch } from './incoming/dispatch.ts';
import { EarlyNotifies } from './incoming/earlyNotifies.ts';
import { MergedRequests } from './incoming/mergedRequests.ts';
import type { Drachtiod, DrachtiodOptions } from './options.ts';
import { Challenges } from './proxy/challenges.ts';
import { ProxiedDialogs } from './proxy/proxiedDialogs.ts';
import { RequestHandlers } from './routing/requestHandlers.ts';

export type { Drachtiod, DrachtiodOptions, DrachtiodStats } from './options.ts';

/** What applications are told; drachtio-srf looks at it to learn whether the server answers pings (0.8.2 and later). */
const version = 'v0.9.9';

/** `udp/127.0.0.1:5060` */
const hostport = (address: ListenAddress, advertised: boolean): string => {
  const { protocol, port } = address;
  const shown = advertised ? address.advertised : undefined;
  return `${protocol}/${withBrackets(shown?.hosts[0] ?? address.address)}:${shown?.port ?? port}`;
};

/** Errors: `ADDRESS_IN_USE`, with the setting that moves it in its text; `INVALID_CONFIG`. Nothing is left open then. */
export const startDrachtiod = async (options: DrachtiodOptions): Promise<Drachtiod> => {
  const { clock, admin, contacts } = options;
  const log = options.log.child({ part: 'drachtiod' });
  const timers = { ...defaultTimers, ...options.timers };
  const faults = options.faults ?? new FaultLog(clock, log);
  const stack = createSipStack({
    clock,
    log,
    faults,
    listeners: contacts,
    core: dispatch(() => core),
    timers,
    abilities: { schemes: ['sip', 'sips', 'tel'] },
    // A request that we proxy may spiral: which ones are merged is decided here.
    refuseMerged: false,
    doubtsSources: true,
    ...(options.trusted === undefined ? {} : { trusted: options.trusted }),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...(options.resolver === undefined ? {} : { resolver: options.resolver }),
    ...(options.abilities === undefined ? {} : { abilities: options.abilities }),
  });
  const routes = new Routes();
  const dialogs = new DialogTable();
  const isLocal = (host: string, port?: number): boolean => stack.isLocal(host, port);
  const core: Core = {
    clock,
    log,
    faults,
    stack,
    isLocal,
    timers,
    routes,
    dialogs,
    flows: new Flows(clock, dialogs, hop => {
      log.info({ protocol: hop.protocol, address: hop.address, port: hop.port }, 'the connection of a phone has gone');
      options.flowLost?.(hop);
    }),
    incoming: new Map(),
    outgoing: new Map(),
    accepted: new AcceptedInvites(clock, timers),
    merged: new MergedRequests(),
    earlyNotifies: new EarlyNotifies(),
    proxies: new Set(),
    proxiedDialogs: new ProxiedDialogs(clock, isLocal),
    challenges: new Challenges(clock),
    records: new CallRecords(routes),
    handlers: new RequestHandlers(clock, options.requestHandlers ?? []),
    reach: (host, target) => port.reach(host, target),
    tagFor: options.tagFor ?? (() => undefined),
  };
  const port = new AdminPort({
    ...admin,
    clock,
    log,
    faults,
    greeting: () => {
      const shown = (advertised: boolean) => stack.addresses.map(address => hostport(address, advertised)).join(',');
      return `${shown(true)}|${version}|${shown(false)}`;
    },
    events: {
      ready: () => {},
      command: (application, command) => carryOut(core, application, command),
      closed: application => applicationLost(core, application),
    },
  });
  const listening = await stack.listen();
  const adminPort = await port.listen().catch(async error => {
    await stack.close();
    throw error;
  });
  let closing: Promise<void> | undefined;
  return {
    adminPort,
    contacts: listening,
    stats: () => ({
      applications: port.applications,
      dialogs: core.dialogs.size,
      incoming: core.incoming.size,
      outgoing: core.outgoing.size,
      accepted: core.accepted.size,
      proxied: core.proxies.size,
      stack: stack.counts,
    }),
    close: () => {
      closing ??= close(core, port);
      return closing;
    },
  };
};

/**
 * What it was asked and has not answered is answered for it (503); what it asked is withdrawn. Its dialogs stay: whoever
 * knows their ids may end them, or take them on.
 */
const applicationLost = (core: Core, application: Application): void => {
  core.routes.removeAll(application);
  for (const incoming of [...core.incoming.values()]) {
    if (incoming.application === application) incoming.applicationLost();
  }
  for (const outgoing of [...core.outgoing.values()]) {
    if (outgoing.application === application) outgoing.applicationLost();
  }
  for (const dialog of [...core.dialogs.all()]) {
    if (dialog.owner === application) dialog.outgoingInvite?.applicationLost();
  }
};

const close = async (core: Core, port: AdminPort): Promise<void> => {
  core.handlers.close();
  await port.close();
  for (const dialog of [...core.dialogs.all()]) core.dialogs.remove(dialog);
  for (const proxy of [...core.proxies]) proxy.close();
  core.accepted.close();
  core.challenges.close();
  await core.stack.close();
};

import { systemClock } from '../../base/clock.ts';
import { isKozpontError } from '../../base/errors.ts';
import { randomId } from '../../base/ids.ts';
import { createLog, type LogOptions } from '../../base/log.ts';
import { openFilesAllowed } from '../../base/openFiles.ts';
import { type Drachtiod, startDrachtiod } from '../../embedded/drachtiod/drachtiod.ts';
import { parseContact } from '../../embedded/drachtiod/parseContact.ts';
import type { ListenerOptions } from '../../embedded/sip/stack.ts';
import { connectionLimits } from '../../embedded/sip/transport/limits.ts';
import type { Command, Surroundings } from '../command.ts';
import { runUntilStopped } from '../running.ts';

const levels: readonly string[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];
const isLevel = (text: string): text is LogOptions['level'] => levels.includes(text);

const secretVariable = 'KOZPONT_DRACHTIO_SECRET';

export const command: Command = {
  rest: 'contacts…',
  options: {
    admin: { type: 'string', short: 'a', value: 'host:port', help: 'where applications connect (127.0.0.1:9022)' },
    secret: { type: 'string', short: 's', help: `what they show (${secretVariable}; a new one at each start)` },
    advertise: { type: 'string', value: 'host', help: 'what Contact and Via say, behind a NAT or in a container' },
    handler: {
      type: 'string',
      value: 'url',
      help: 'who decides where a request goes: http://…, or tcp://host:port of an application that listens',
    },
    log: { type: 'string', short: 'l', value: 'level', help: `${levels.join(', ')} (info)` },
  },
  about: `The server that applications of drachtio-srf speak to, without the switchboard: a contact is written
sip:<address>:<port>;transport=udp (or tcp, or udp,tcp; * for every address), and sip:127.0.0.1:5060 is the one where
none is given.`,

  async run(args, surroundings) {
    const listeners = contactsOf(args.rest, args.text.advertise, surroundings);
    const admin = adminOf(args.text.admin ?? '127.0.0.1:9022', surroundings);
    const level = args.text.log ?? 'info';
    if (!isLevel(level))
      surroundings.complain(`kozpont: there is no log level ${level}; there are ${levels.join(', ')}`);
    if (listeners === undefined || admin === undefined || !isLevel(level)) return 2;

    const given = args.text.secret ?? surroundings.environment[secretVariable];
    const secret = given === undefined || given === '' ? randomId(12) : given;
    const { handler } = args.text;
    let server: Drachtiod;
    try {
      server = await startDrachtiod({
        clock: systemClock,
        log: surroundings.log === undefined ? createLog({ level }) : createLog({ level }, surroundings.log),
        contacts: listeners,
        admin: { ...admin, secret },
        limits: connectionLimits(openFilesAllowed(), 256),
        ...(handler === undefined ? {} : { requestHandlers: [{ method: '*', url: handler }] }),
      });
    } catch (error) {
      if (!isKozpontError(error)) throw error;
      surroundings.complain(`kozpont: ${error.code} ${error.message}${moved(error.code)}`);
      return 1;
    }
    const close = (): Promise<void> => server.close();
    const running = { drain: close, close, failed: new Promise<never>(() => {}) };
    return runUntilStopped(running, surroundings, () => {
      surroundings.print(`drachtiod speaks SIP at ${server.contacts.map(({ id }) => id).join(', ')}
Applications connect to ${admin.host}:${server.adminPort}${secret === given ? '' : `, with the secret ${secret}`}`);
    });
  },
};

const contactsOf = (
  texts: readonly string[],
  advertise: string | undefined,
  surroundings: Surroundings,
): readonly ListenerOptions[] | undefined => {
  const contacts = texts.length === 0 ? ['sip:127.0.0.1:5060'] : texts;
  const parsed = contacts.map(text => parseContact(text, advertise));
  for (const contact of parsed) if (!contact.ok) surroundings.complain(`kozpont: ${contact.error}`);
  return parsed.every(({ ok }) => ok) ? parsed.flatMap(contact => (contact.ok ? contact.value : [])) : undefined;
};

const adminOf = (text: string, surroundings: Surroundings): { host: string; port: number } | undefined => {
  const match = /^(?:(.+):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) {
    surroundings.complain(`kozpont: ${text} is no place to listen at: write host:port`);
    return undefined;
  }
  return { host: match[1] ?? '127.0.0.1', port };
};

const moved = (code: string): string =>
  code === 'ADDRESS_IN_USE' ? '\n    → end the other program, or move this one: by another contact, or by --admin' : '';

import { showNumber } from '../base/numbers/shown.ts';
import type { Config } from '../config/config.ts';
import type { CalendarOverride, Destination, Dialplan, NumberRule } from '../dialplan/plan.ts';
import type { Kozpont, Listening } from '../main.ts';
import { columns } from './columns.ts';

export interface BannerFacts {
  readonly version: string;
  readonly config: Config;
  readonly plan: Dialplan;
  /** In the end: port 0 has become a port. */
  readonly listening: readonly Listening[];
  /** Where the API listens, if there is one. */
  readonly api: Kozpont['api'];
  /** What phones are told to reach us at. */
  readonly advertised: string;
  /** The files as a person would write them. */
  readonly dialplanFile: string;
  readonly credentialsFile: string;
  /** The extensions whose passwords were made just now. */
  readonly added: readonly string[];
}

/** What a start prints: where it listens, what can be dialled, how to register a phone, and what to try first. */
export function banner(facts: BannerFacts): string {
  const { config, plan, advertised } = facts;
  const extensions = Object.values(plan.extensions);
  const sections = [
    `Kozpont ${facts.version} is ready: ${plan.company.name} (${facts.dialplanFile}), ${config.engine.kind} engine`,
    columns([
      ['  SIP', facts.listening.map(showListening).join(', ')],
      ['  RTP', mediaText(config)],
      ['  phones reach it at', advertised],
      ...(facts.api === undefined
        ? []
        : [['  health, metrics', `http://${hostOf(facts.api.address)}:${facts.api.port}`]]),
    ]),
    section('Numbers of the company', numberRows(plan)),
    section(
      'Extensions',
      extensions.map(({ number, name, contact }) => [number, name, contact === undefined ? '' : `at ${contact}`]),
    ),
    registration(facts),
    firstSteps(facts),
  ];
  return sections.filter(text => text !== '').join('\n\n');
}

function mediaText({ engine, media: { address, ports } }: Config): string {
  if (engine.kind === 'embedded') return `${address}, UDP ports ${ports.from} to ${ports.to}`;
  return engine.freeswitch.map(({ name }) => name).join(', ');
}

function registration(facts: BannerFacts): string {
  const { plan } = facts;
  const example = Object.values(plan.extensions).find(({ contact }) => contact === undefined);
  if (example === undefined) return '';
  const made =
    facts.added.length === 0
      ? `The passwords are in ${facts.credentialsFile}`
      : `New passwords were made for ${listOf(facts.added)}, in ${facts.credentialsFile}`;
  return `To register a phone (a softphone such as Linphone or baresip, or one on the desk)
  server ${serverOf(facts)}, user name = extension, for example sip:${example.number}@${uriHost(facts)}
  ${made}; this prints them all:
      npx kozpont phones`;
}

function firstSteps(facts: BannerFacts): string {
  const { plan } = facts;
  const phones = Object.values(plan.extensions).filter(({ contact }) => contact === undefined);
  const [first, second, third] = phones;
  const called = asCallersHearIt(plan);
  if (first === undefined || called === undefined) return '';
  const steps = [
    `register a phone as ${first.number} (${first.name}) and dial ${called} from it: this is what a caller hears`,
    ...(second === undefined
      ? []
      : [`register another one as ${second.number} (${second.name}), and dial ${second.number}`]),
    ...(second === undefined || third === undefined
      ? []
      : [
          `answer, and transfer the call from ${second.number} to ${third.number} (${third.name}), which has no phone yet: it comes back`,
        ]),
  ];
  return `Try first\n${steps.map((step, index) => `  ${index + 1}. ${step}`).join('\n')}\nStop with Ctrl-C.`;
}

/** What an extension dials to be where a caller is: at any hour, if the dialplan has such a number. */
function asCallersHearIt(plan: Dialplan): string | undefined {
  const internal = Object.entries(plan.internalNumbers).find(([, { to }]) => to.kind === 'menu');
  if (internal !== undefined) return internal[0];
  const number = plan.numbers.find(({ match }) => match.kind === 'exact');
  return number?.match.kind === 'exact' ? number.match.number : undefined;
}

const section = (title: string, rows: readonly (readonly string[])[]): string =>
  rows.length === 0 ? '' : `${title}\n${columns(rows.map(([first = '', ...others]) => [`  ${first}`, ...others]))}`;

const numberRows = (plan: Dialplan): readonly (readonly string[])[] => [
  ...plan.numbers.map(rule => [numberText(rule), `→ ${leadsTo(plan, rule.route.to)}`]),
  ...Object.entries(plan.internalNumbers).map(([number, route]) => [
    number,
    `→ ${leadsTo(plan, route.to)} (from extensions)`,
  ]),
  ...Object.values(plan.calendars).flatMap(({ name, override }) =>
    override === undefined ? [] : [[override.code, `opens and closes ${name} by hand (${whoMay(override)})`]],
  ),
];

const whoMay = ({ by }: CalendarOverride): string => (by === undefined ? 'from extensions' : `from ${listOf(by)}`);

const numberText = ({ match }: NumberRule): string =>
  match.kind === 'exact' ? showNumber(match.number) : `${match.prefix}…`;

function leadsTo(plan: Dialplan, to: Destination): string {
  const schedule = to.kind === 'schedule' ? plan.schedules[to.name] : undefined;
  if (schedule === undefined) return `${to.kind} ${to.name}`;
  return `${leadsTo(plan, schedule.open.to)} when open, ${leadsTo(plan, schedule.closed.to)} when closed`;
}

const showListening = ({ transport, address, port }: Listening): string => `${transport} ${hostOf(address)}:${port}`;

/** An IPv6 address stands in brackets in a SIP URI (RFC 3261, §25.1, IPv6reference). */
export const hostOf = (address: string): string => (address.includes(':') ? `[${address}]` : address);

function uriHost({ advertised, listening }: BannerFacts): string {
  const port = listening[0]?.port ?? 5060;
  return port === 5060 ? hostOf(advertised) : `${hostOf(advertised)}:${port}`;
}

/** What a phone is told as its server, with the transports that it may choose from. */
export function serverOf({ advertised, listening }: Pick<BannerFacts, 'advertised' | 'listening'>): string {
  const ports = new Map<number, string[]>();
  for (const { transport, port } of listening) {
    const names = ports.get(port) ?? [];
    if (!names.includes(transport.toUpperCase())) names.push(transport.toUpperCase());
    ports.set(port, names);
  }
  return [...ports]
    .map(([port, transports]) => `${hostOf(advertised)}${port === 5060 ? '' : `:${port}`} (${transports.join(' or ')})`)
    .join(', ');
}

function listOf(extensions: readonly string[]): string {
  const most = 8;
  if (extensions.length > most) return `${extensions.length} extensions`;
  return extensions.join(', ').replace(/, ([^,]*)$/, ' and $1');
}

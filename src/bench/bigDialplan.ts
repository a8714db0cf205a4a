import { address, companyNumber, extension } from './office.ts';

/** How large a dialplan is to be. */
export interface Size {
  readonly menus: number;
  readonly extensions: number;
  readonly calendars: number;
}

/** A large house: what the figures of `check` and `reload` are about. */
export const large: Size = { menus: 200, extensions: 1_000, calendars: 10 };

const languages = ['en', 'hu', 'ru'] as const;
/** Not those with which a number begins. */
const menuKeys = [3, 4, 5, 6] as const;
const firstExtension = 1_000;
const departments = 20;

const numbered = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);
const extensionAt = (index: number, count: number): number => firstExtension + (index % count);
const menuAt = (index: number): string => (index === 0 ? 'main' : `menu${index}`);

/**
 * The same text for the same size, always: menus as a tree (four ways each, and the three languages), whose leaves lead
 * to groups, queues, extensions and opening hours; every menu has prompts of its own in each language. The company's
 * number leads to the first menu, and the bench's extension is among the others. `phonePort`: where its phone is.
 */
export function bigDialplan({ menus, extensions, calendars }: Size, phonePort = 5060, name = 'Large'): string {
  const count = { menus, extensions, calendars };
  return [
    'kozpont: 1',
    `company: { name: "${name}", timezone: Europe/Budapest, languages: [${languages.join(', ')}] }`,
    section('prompts', [
      ...numbered(menus).map(index => spoken(`greeting${index}`, `This is part ${index} of the house.`)),
      spoken('wrong', 'That is not one of the choices.'),
      spoken('bye', 'Goodbye.'),
    ]),
    section(
      'calendars',
      numbered(calendars).map(
        index =>
          `hours${index}: { open: { mon-fri: "${clock(6 + (index % 4))}-${clock(16 + (index % 5))}" }, closed: [12-24, 12-25] }`,
      ),
    ),
    'defaults: { ringFor: 20s, failover: schedule:hours0 }',
    section('extensions', [
      `"${extension.number}": { name: Bench, contact: "sip:${extension.number}@${address}:${phonePort}" }`,
      ...numbered(extensions - 1).map(
        index =>
          `"${firstExtension + index}": { name: Colleague ${index}, ringFor: ${10 + (index % 3) * 5}s${index % 10 === 0 ? ', directDial: false' : ''} }`,
      ),
    ]),
    section(
      'groups',
      numbered(departments).map(
        index =>
          `group${index}: { members: [${members(index, 4, extensions)}], ringFor: 15s, otherwise: queue:queue${index % 5} }`,
      ),
    ),
    section(
      'queues',
      numbered(5).map(
        index =>
          `queue${index}: { agents: [${members(index + departments, 3, extensions)}], maxWait: ${3 + index}m, overflow: goodbye:bye }`,
      ),
    ),
    section(
      'schedules',
      numbered(calendars).map(
        index => `hours${index}: { calendar: hours${index}, open: queue:queue${index % 5}, closed: goodbye:bye }`,
      ),
    ),
    section(
      'menus',
      numbered(menus).map(index => menu(index, count)),
    ),
    section(
      'numbers',
      numbered(calendars).map(index =>
        index === 0
          ? `"${companyNumber}": menu:main`
          : `"${companyNumber}${index}": { calendar: hours${index}, open: menu:${menuAt(index)}, closed: goodbye:bye }`,
      ),
    ),
    'transfer: { ringFor: 20s, recall: { otherwise: queue:queue0 } }',
    '',
  ].join('\n');
}

const section = (name: string, lines: readonly string[]): string =>
  `${name}:\n${lines.map(line => `  ${line}`).join('\n')}`;

const spoken = (name: string, text: string): string =>
  `${name}: { ${languages.map(language => `${language}: "${text} (${language})"`).join(', ')} }`;

const clock = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;

const members = (index: number, count: number, extensions: number): string =>
  numbered(count)
    .map(member => `"${extensionAt(index * count + member, extensions - 1)}"`)
    .join(', ');

function menu(index: number, { menus, extensions, calendars }: Size): string {
  const ways = menuKeys.map((key, way) => {
    const child = index * menuKeys.length + way + 1;
    return `${key}: ${child < menus ? `menu:${menuAt(child)}` : leaf(child, extensions, calendars)}`;
  });
  if (index === 0) ways.unshift(`${extension.key}: extension:${extension.number}`);
  const name = menuAt(index);
  const others = languages.map((language, at) => `${7 + at}: { language: ${language}, then: menu:${name} }`);
  return `${name}: { greeting: greeting${index}, directDial: ${index % 4 === 1}, keys: { ${[...ways, ...others, '0: queue:queue0'].join(', ')} }, noInput: { after: 5s, repeat: 1, then: queue:queue${index % 5} }, invalid: { say: wrong, repeat: 2, then: queue:queue0 } }`;
}

function leaf(index: number, extensions: number, calendars: number): string {
  switch (index % 4) {
    case 0:
      return `group:group${Math.floor(index / 4) % departments}`;
    case 1:
      return `schedule:hours${index % calendars}`;
    case 2:
      return `queue:queue${index % 5}`;
    default:
      return `extension:${extensionAt(index, extensions - 1)}`;
  }
}

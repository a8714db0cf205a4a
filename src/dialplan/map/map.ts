import type { Instant } from '../../base/clock.ts';
import { isOpen } from '../calendar.ts';
import type { HandState } from '../override.ts';
import type { Dialplan } from '../plan.ts';
import { merged } from './merge.ts';
import { describePlace } from './places.ts';
import { causeText, type Place, type Way, waysOf } from './ways.ts';

export type PlaceKind =
  | 'number'
  | 'menu'
  | 'people'
  | 'queue'
  | 'announcement'
  | 'schedule'
  | 'goodbye'
  | 'dial'
  | 'lost';

export interface MapNode {
  readonly id: Place;
  readonly kind: PlaceKind;
  /** What it is, in a word or two. */
  readonly title: string;
  /** More about it: what is spoken, how long it rings. May be empty. */
  readonly detail: string;
}

export interface MapEdge {
  readonly from: Place;
  readonly to: Place;
  readonly label: string;
}

/** A drawing before it is drawn: what a call can pass through, and by which ways. */
export interface CallMap {
  readonly nodes: readonly MapNode[];
  readonly edges: readonly MapEdge[];
}

export interface View {
  /** Only what can be reached from these places. */
  readonly from?: readonly Place[];
  /** Only what leads to these places. */
  readonly to?: readonly Place[];
  /** Only the ways of that moment; absent: of every hour. */
  readonly at?: Instant;
  /** By hand, whatever the hour; by the name of the calendar. */
  readonly overrides?: Readonly<Record<string, HandState>>;
}

/** The ways of a view, in the order of the dialplan. */
export function waysIn(plan: Dialplan, { from, to, at, overrides = {} }: View): readonly Way[] {
  const { timezone } = plan.company;
  const states = new Map<string, boolean>();
  if (at !== undefined) {
    for (const [name, calendar] of Object.entries(plan.calendars)) states.set(name, isOpen(calendar, timezone, at));
  }
  for (const [name, state] of Object.entries(overrides)) states.set(name, state === 'open');
  const holds = ({ cause }: Way): boolean =>
    cause.kind !== 'calendar' || !states.has(cause.calendar) || states.get(cause.calendar) === cause.open;

  let ways = [...waysOf(plan)].filter(holds);
  const roots = from ?? [...new Set(ways.map(way => way.from))].filter(isEntry);
  const ahead = spread(roots, ways, 'from', 'to');
  ways = ways.filter(way => ahead.has(way.from));
  if (to === undefined) return ways;
  const behind = spread(to, ways, 'to', 'from');
  return ways.filter(way => behind.has(way.to) && !to.includes(way.from));
}

/** Where calls come in; lost calls come from transfers, anywhere. */
const isEntry = (place: Place): boolean => /^(number|internal):|^lost$/.test(place);

function spread(
  seeds: readonly Place[],
  ways: readonly Way[],
  here: 'from' | 'to',
  next: 'from' | 'to',
): ReadonlySet<Place> {
  const leaving = new Map<Place, Place[]>();
  for (const way of ways) {
    const known = leaving.get(way[here]);
    if (known === undefined) leaving.set(way[here], [way[next]]);
    else known.push(way[next]);
  }
  const found = new Set(seeds);
  for (const place of found) for (const other of leaving.get(place) ?? []) found.add(other);
  return found;
}

export function mapOf(plan: Dialplan, view: View = {}): CallMap {
  const ways = waysIn(plan, view);
  const places = new Set<Place>([
    ...(view.from ?? []),
    ...ways.flatMap(({ from, to }) => [from, to]),
    ...(view.to ?? []),
  ]);
  const nodes = [...places].map(place => describePlace(plan, place));
  return merged({ nodes, edges: joined(ways) });
}

/** One line from a place to another, whatever the number of reasons to go there. */
function joined(ways: readonly Way[]): readonly MapEdge[] {
  const edges = new Map<string, { from: Place; to: Place; labels: string[] }>();
  for (const { from, to, cause, language } of ways) {
    const text = causeText(cause);
    const label = language === undefined ? text : `${text} (${language})`.trim();
    const known = edges.get(`${from} ${to}`);
    if (known === undefined) edges.set(`${from} ${to}`, { from, to, labels: label === '' ? [] : [label] });
    else if (!known.labels.includes(label)) known.labels.push(label);
  }
  return [...edges.values()].map(({ from, to, labels }) => ({ from, to, label: keysTogether(labels).join(', ') }));
}

/** `key 1, key 2` is `keys 1, 2`. */
function keysTogether(labels: readonly string[]): readonly string[] {
  const keys = labels.filter(label => /^key [0-9*#]+$/.test(label)).map(label => label.slice(4));
  if (keys.length < 2) return labels;
  return [`keys ${keys.join(', ')}`, ...labels.filter(label => !/^key [0-9*#]+$/.test(label))];
}

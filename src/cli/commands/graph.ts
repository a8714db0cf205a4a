import { resolve } from 'node:path';
import { showDiagnostic } from '../../base/yaml/diagnostic.ts';
import { type Dialplan, loadDialplan, numberFor, parseMoment } from '../../dialplan/index.ts';
import { explainText, mapOf, mermaid, outlineText, svg, type View } from '../../dialplan/map/index.ts';
import { parseOverrides } from '../../rehearsal/index.ts';
import type { Arguments, Command, ExitStatus, Surroundings } from '../command.ts';

const formats = ['mermaid', 'svg', 'text'] as const;

export const command: Command = {
  rest: 'dialplan.yaml',
  options: {
    from: { type: 'string', value: 'number', help: 'only what callers of this number can meet' },
    to: { type: 'string', value: 'extension', help: 'only what leads to this extension: why does it get calls?' },
    at: { type: 'string', value: '2026-12-24T18:05', help: "only the ways of that moment, by the company's clock" },
    override: {
      type: 'string',
      value: 'calendar=open|closed',
      multiple: true,
      help: 'only the ways while that calendar is opened or closed by hand; may be repeated',
    },
    format: { type: 'string', value: formats.join('|'), help: 'how it is drawn (default: mermaid)' },
  },
  about: `Draws the ways that calls can take, on standard output: kozpont graph --format svg dialplan.yaml > calls.svg
With --to and --format text it tells the shortest way from each number. A menu, a group or a queue can be named too,
as in a dialplan: --to queue:reception.`,
  run: graph,
};

async function graph({ text, rest, lists = {} }: Arguments, surroundings: Surroundings): Promise<ExitStatus> {
  const misunderstood = (line: string): ExitStatus => {
    surroundings.complain(`kozpont: ${line}\nSee kozpont help graph.`);
    return 2;
  };
  const [file, second] = rest;
  if (file === undefined || second !== undefined) return misunderstood('graph needs one dialplan to draw');
  const format = formats.find(known => known === (text.format ?? 'mermaid'));
  if (format === undefined) return misunderstood(`there is no format ${text.format}, but ${formats.join(', ')}`);

  const loaded = await loadDialplan(resolve(surroundings.folder, file), file);
  if (!loaded.ok) {
    for (const diagnostic of loaded.error) surroundings.complain(showDiagnostic(diagnostic));
    return 1;
  }
  const { plan } = loaded.value;
  const seen = viewOf(plan, text);
  if (typeof seen === 'string') return misunderstood(seen);
  const overrides = parseOverrides(plan, lists.override ?? []);
  if (!overrides.ok) return misunderstood(`--override ${overrides.error}`);
  const view = { ...seen, overrides: overrides.value };
  const drawn = draw(plan, view, format);
  if (drawn === undefined) {
    surroundings.complain(
      `kozpont: more than ${mostDrawn} places are too many for one drawing; narrow it by --from, --to and --at, or choose --format mermaid or text`,
    );
    return 1;
  }
  surroundings.print(drawn);
  return 0;
}

/** Nobody reads a drawing of more, and laying it out takes minutes. */
const mostDrawn = 250;

function draw(plan: Dialplan, view: View, format: (typeof formats)[number]): string | undefined {
  if (format === 'text' && view.to !== undefined) return explainText(plan, { ...view, to: view.to });
  const map = mapOf(plan, view);
  if (format === 'svg' && map.nodes.length > mostDrawn) return undefined;
  return format === 'svg' ? svg(map) : format === 'mermaid' ? mermaid(map) : outlineText(map);
}

function viewOf(plan: Dialplan, { from, to, at }: Arguments['text']): View | string {
  const view: { -readonly [Key in keyof View]: View[Key] } = {};
  if (from !== undefined) {
    const start = declared(plan, from) ?? numberFor(plan, from);
    if (start === undefined) return `nothing is at ${from}`;
    view.from = [start];
  }
  if (to !== undefined) {
    const ends = Object.hasOwn(plan.extensions, to) ? [`phone:${to}`, `extension:${to}`] : [declared(plan, to)];
    const known = ends.filter(end => end !== undefined);
    if (known.length === 0) return `there is no extension ${to}`;
    view.to = known;
  }
  if (at !== undefined) {
    const moment = parseMoment(at, plan.company.timezone);
    if (moment === undefined) return `${at} is no moment such as 2026-12-24T18:05`;
    view.at = moment;
  }
  return view;
}

/** A destination as it is written in a dialplan, if there is such a thing. */
function declared(plan: Dialplan, written: string): string | undefined {
  const [kind = '', name = ''] = written.split(/:(.*)/s);
  const section = Object.hasOwn(sections, kind) ? sections[kind as keyof typeof sections] : undefined;
  return section !== undefined && Object.hasOwn(plan[section] ?? {}, name) ? written : undefined;
}

const sections = {
  menu: 'menus',
  extension: 'extensions',
  group: 'groups',
  queue: 'queues',
  announcement: 'announcements',
  schedule: 'schedules',
  callers: 'callers',
  goodbye: 'prompts',
} as const;

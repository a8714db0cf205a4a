import type { Dialplan, Menu } from '../../dialplan/plan.ts';
import { kindOf } from './abridged.ts';
import type { Move, State } from './state.ts';

const failures = ['busy', 'declined', 'unreachable', 'noAnswer'] as const;
const oneKey = '#*0123456789';

/** What callers can press in a menu; each menu is looked through once. */
export class Choices {
  private readonly known = new Map<string, readonly Move[]>();
  private readonly extensions: readonly string[];
  /** Menus share the names that can be spelled in them. */
  private readonly spellings = new Map<Menu['names'], readonly string[]>();

  constructor(private readonly plan: Dialplan) {
    this.extensions = Object.values(plan.extensions).flatMap(({ number, directDial }) => (directDial ? [number] : []));
  }

  /** Keys that lead somewhere. They lead to the same place however often the greeting was repeated. */
  valid(menu: string): readonly Move[] {
    const known = this.known.get(menu);
    if (known !== undefined) return known;
    const { keys, names, directDial } = this.menu(menu);
    const dialled = directDial ? this.extensions.filter(number => !Object.hasOwn(keys, number)) : [];
    const moves = [...Object.keys(keys), ...this.spelled(names), ...dialled].map(
      (pressed): Move => ({ kind: 'press', keys: pressed }),
    );
    this.known.set(menu, moves);
    return moves;
  }

  /** Names that can be spelled, as briefly as they can: one for each kind of extension, since they go on alike. */
  private spelled(names: Menu['names']): readonly string[] {
    if (names === undefined) return [];
    const known = this.spellings.get(names);
    if (known !== undefined) return known;
    const found = new Map<string, string>();
    for (const [keys, number] of Object.entries(names)) {
      const extension = this.plan.extensions[number];
      if (extension === undefined) continue;
      const kind = kindOf(extension);
      if (!found.has(kind)) found.set(kind, `${keys}#`);
    }
    const spelled = [...found.values()];
    this.spellings.set(names, spelled);
    return spelled;
  }

  /** A key that means nothing. */
  invalid(menu: string): Move | undefined {
    const { keys, directDial } = this.menu(menu);
    const meant = new Set(Object.keys(keys).map(each => each[0]));
    if (directDial) for (const { number } of Object.values(this.plan.extensions)) meant.add(number[0]);
    const wrong = [...oneKey].find(key => !meant.has(key));
    return wrong === undefined ? undefined : { kind: 'press', keys: wrong };
  }

  private menu(name: string): Menu {
    const menu = this.plan.menus[name];
    if (menu === undefined) throw new Error(`no menu ${name}`);
    return menu;
  }
}

/** Everything that can come next. `wait` first: whoever does nothing is the one whom the proof is about. */
export function movesOf(choices: Choices, { call }: State): readonly Move[] {
  const { phase } = call;
  const moves: Move[] = [{ kind: 'wait' }];
  if (phase.kind === 'ringing') {
    for (const reason of failures) moves.push({ kind: 'fail', reason });
  } else if (phase.kind === 'menu' && phase.stage === 'greeting') {
    const wrong = choices.invalid(phase.menu);
    if (wrong !== undefined) moves.push(wrong);
    if (phase.noInputs === 0 && phase.invalids === 0) moves.push(...choices.valid(phase.menu));
  }
  return moves;
}

import { describe, expect, it } from 'vitest';
import { KozpontError } from '../../../src/base/errors.ts';
import { columns } from '../../../src/cli/columns.ts';
import type { Arguments, Catalogue } from '../../../src/cli/command.ts';
import { parseCommandLine } from '../../../src/cli/commandLine.ts';
import { dispatch } from '../../../src/cli/dispatch.ts';
import { overheard } from '../../support/surroundings.ts';

const loaded: string[] = [];
const given: Arguments[] = [];
const catalogue: Catalogue = {
  check: {
    summary: 'say what is wrong',
    load: async () => {
      loaded.push('check');
      return {
        command: {
          rest: 'files…',
          options: {
            strict: { type: 'boolean', help: 'warnings count' },
            config: { type: 'string', short: 'c', value: 'file', help: 'the settings' },
          },
          about: 'More about it.',
          run: async args => {
            given.push(args);
            return args.rest.includes('bad') ? 1 : 0;
          },
        },
      };
    },
  },
  fail: {
    summary: 'fail',
    load: async () => ({
      command: {
        options: { known: { type: 'boolean', help: '' } },
        run: async ({ flags }) => {
          throw flags.known ? new KozpontError('ADDRESS_IN_USE', 'udp 1.2.3.4:5 is taken') : new Error('oops');
        },
      },
    }),
  },
};

async function typed(...words: string[]): Promise<{ status: number; printed: string; complained: string }> {
  loaded.length = 0;
  given.length = 0;
  const around = overheard('/');
  const status = await dispatch(words, catalogue, '1.2.3', around);
  return { status, printed: around.printed.join('\n'), complained: around.complained.join('\n') };
}

describe('the command line', () => {
  it('runs the command with what was given', async () => {
    expect(await typed('check', 'a.yaml', '--strict', '-c', 'x', '--', '--b')).toMatchObject({
      status: 0,
      complained: '',
    });
    expect(given).toEqual([{ text: { config: 'x' }, flags: { strict: true }, rest: ['a.yaml', '--b'] }]);
    expect((await typed('check', 'bad')).status).toBe(1);
  });

  it.each([[], ['--help'], ['-h'], ['help']])('lists the commands, and starts none (%j)', async (...words) => {
    const { status, printed } = await typed(...words);
    expect(status).toBe(words.length === 0 ? 2 : 0);
    expect(printed).toMatch(/kozpont check +say what is wrong/);
    expect(loaded).toEqual([]);
  });

  it.each([
    ['help', 'check'],
    ['check', '--help'],
    ['check', 'x', '-h'],
  ])('explains a command (%s %s)', async (...words) => {
    const { status, printed } = await typed(...words);
    expect(status).toBe(0);
    expect(given).toEqual([]);
    expect(printed).toBe(`kozpont check [--strict] [--config <file>] files…

Say what is wrong.

More about it.

  --strict              warnings count
  -c, --config <file>   the settings`);
  });

  it.each([['--version'], ['-v'], ['version']])('tells the version (%s)', async word => {
    expect(await typed(word)).toEqual({ status: 0, printed: '1.2.3', complained: '' });
  });

  it.each([
    [['chekc'], 'kozpont: there is no command chekc; did you mean check?\nSee kozpont --help.'],
    [['help', 'chekc'], 'kozpont: there is no command chekc; did you mean check?\nSee kozpont --help.'],
    [['constructor'], 'kozpont: there is no command constructor\nSee kozpont --help.'],
    [['--config', 'x'], 'kozpont: there is no option --config before a command\nSee kozpont --help.'],
    [['check', '--confg', 'x'], 'kozpont: there is no option --confg; did you mean --config?\nSee kozpont help check.'],
    [['check', '-x'], 'kozpont: there is no option -x\nSee kozpont help check.'],
    [['check', '--toString'], 'kozpont: there is no option --toString\nSee kozpont help check.'],
    [['check', '--config'], 'kozpont: --config needs a value: file\nSee kozpont help check.'],
    [['check', '--config', '--strict'], 'kozpont: --config needs a value: file\nSee kozpont help check.'],
    [['check', '--strict=yes'], 'kozpont: --strict takes no value\nSee kozpont help check.'],
    [['fail', 'now'], 'kozpont: now is not expected here\nSee kozpont help fail.'],
  ])('says of %j what is wrong, with status 2', async (words, line) => {
    expect(await typed(...words)).toEqual({ status: 2, printed: '', complained: line });
    expect(given).toEqual([]);
  });

  it('takes a value that begins with a dash where it is joined', () => {
    const options = { config: { type: 'string', help: '' } } as const;
    expect(parseCommandLine({ options }, ['--config=-x'])).toMatchObject({
      ok: true,
      value: { text: { config: '-x' } },
    });
  });

  it('tells an error by its code, and a fault with its stack', async () => {
    expect(await typed('fail', '--known')).toEqual({
      status: 1,
      printed: '',
      complained: 'kozpont: ADDRESS_IN_USE udp 1.2.3.4:5 is taken',
    });
    const { status, complained } = await typed('fail');
    expect(status).toBe(1);
    expect(complained).toMatch(/^kozpont: a fault in Kozpont itself, please report it:\nError: oops\n +at /);
  });
});

describe('columns', () => {
  it('are as wide as their widest cell', () => {
    expect(columns([['a', 'Péter', 'x'], ['bbb', 'Al'], ['c']], 2)).toBe('a    Péter  x\nbbb  Al\nc');
    expect(columns([])).toBe('');
  });
});

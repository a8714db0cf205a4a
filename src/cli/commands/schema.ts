import { dialplanSchema } from '../../dialplan/index.ts';
import type { Command } from '../command.ts';

export const command: Command = {
  options: {},
  about: `Prints the grammar of dialplans as a JSON Schema, with which an editor completes and explains each key. It is also
kept in dialplans/dialplan.schema.json; the first line of a dialplan names it:
# yaml-language-server: $schema=dialplan.schema.json`,
  run: async (_, { print }) => {
    print(JSON.stringify(dialplanSchema(), undefined, 2));
    return 0;
  },
};

import { type Access, readAccess } from '../../api/accessFile.ts';
import { type DrainOutcome, requestDrain } from '../../api/drain/drainClient.ts';
import { assertNever } from '../../base/assertNever.ts';
import { messageOf } from '../../base/errors.ts';
import type { Command, ExitStatus, Surroundings } from '../command.ts';
import { nearby, readSettings, settingsOptions } from '../settings.ts';

export const command: Command = {
  options: {
    config: settingsOptions.config,
    media: {
      type: 'string',
      value: 'name',
      help: 'drains one media server alone: it takes no new calls until it has been stopped and is there again',
    },
  },
  about: `New calls get 503 from then on, as at SIGTERM; those in progress may go on until limits.drain is over. Prints how many
are left until there is none. Who stops this command does not stop the drain. A second SIGTERM to the switchboard ends
the calls at once.

Finds the switchboard by the file api.json of the state folder, which its user alone may read.

Exits with 0 when every call has ended by itself, with 1 when the limit ended some, or nothing could be asked.`,

  async run(args, surroundings) {
    const config = await readSettings(args, surroundings);
    if (config === undefined) return 1;
    const file = nearby(config.files.api, surroundings.folder);
    let access: Access | undefined;
    try {
      access = await readAccess(config.files.api);
    } catch (error) {
      surroundings.complain(`kozpont: ${messageOf(error)}
    → run it as the user that runs the switchboard`);
      return 1;
    }
    if (access === undefined) return notThere(`there is no ${file}`, surroundings);
    let last: number | undefined;
    const { media } = args.text;
    const outcome = await requestDrain(access, media, left => {
      if (left !== last) surroundings.print(media === undefined ? inProgress(left) : `${left} on ${media}`);
      last = left;
    });
    return conclude(outcome, { file, url: access.url, media }, surroundings);
  },
};

const inProgress = (calls: number): string =>
  calls === 0 ? 'No call is in progress' : calls === 1 ? '1 call is in progress' : `${calls} calls are in progress`;

interface Asked {
  readonly file: string;
  readonly url: string;
  readonly media: string | undefined;
}

function conclude(outcome: DrainOutcome, { file, url, media }: Asked, surroundings: Surroundings): ExitStatus {
  switch (outcome.kind) {
    case 'over': {
      if (media !== undefined) {
        surroundings.print(`Nothing is left on ${media}: stop it now. It takes calls again when it is back.`);
        return 0;
      }
      if (outcome.cut === 0) {
        surroundings.print('Every call has ended; Kozpont stops.');
        return 0;
      }
      const cut = outcome.cut === 1 ? '1 call was' : `${outcome.cut} calls were`;
      surroundings.complain(`${cut} still up when limits.drain was over, and ended; Kozpont stops.`);
      return 1;
    }
    case 'notRunning':
      return notThere(`nobody listens at ${url}, which ${file} names`, surroundings);
    case 'refused':
      if (media !== undefined && (outcome.status === 404 || outcome.status === 409)) {
        surroundings.complain(
          outcome.status === 404
            ? `kozpont: there is no media server ${media} now\n    → kozpont doctor lists them`
            : `kozpont: no other media server than ${media} takes calls: nothing has changed\n    → start another one first`,
        );
        return 1;
      }
      surroundings.complain(`kozpont: what listens at ${url} refused with HTTP ${outcome.status}
    → is it another Kozpont, with a state folder of its own?`);
      return 1;
    case 'lost':
      surroundings.complain(`kozpont: ${url} said nothing of the end: ${outcome.why}
    → the log of the switchboard says what became of it`);
      return 1;
    default:
      return assertNever(outcome);
  }
}

function notThere(what: string, { complain }: Surroundings): ExitStatus {
  complain(`kozpont: no running Kozpont was found: ${what}
    → is it started, with this state folder, and with api.listen not off?`);
  return 1;
}

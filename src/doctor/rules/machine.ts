import type { Config } from '../../config/config.ts';
import type { Facts, MachineFacts } from '../facts.ts';
import { type Finding, findingError, findingFine, findingWarning } from '../finding.ts';

const subject = 'this machine';

export function judgeMachine(facts: Facts, config: Config): Finding[] {
  const { machine } = facts;
  return [
    ...judgeOpenFiles(machine, config),
    ...judgeBuffers(machine),
    ...judgeEphemeral(facts, config),
    ...judgeClock(machine),
    ...facts.folders.flatMap(({ setting, path, problem }) =>
      problem === undefined
        ? []
        : [
            findingError(
              'FOLDER_UNUSABLE',
              setting,
              `${path} cannot be ${setting === 'state' || setting === 'records' ? 'written' : 'read'}: ${problem}`,
              'run as the user that Kozpont runs as, and give that user the right to it',
            ),
          ],
    ),
  ];
}

/** Two legs a call. Embedded: RTP and RTCP sockets each. With FreeSWITCH: a connection for each, and one while it is made. */
function judgeOpenFiles({ openFiles }: MachineFacts, { engine, limits }: Config): Finding[] {
  if (openFiles === undefined) return [];
  const needed = 2 * limits.calls * (engine.kind === 'embedded' ? 2 : 1) + 500;
  if (openFiles >= needed) return [];
  return [
    findingWarning(
      'OPEN_FILES',
      subject,
      `${openFiles} open files are allowed, and limits.calls: ${limits.calls} takes about ${needed}`,
      'raise the limit for the service (systemd: LimitNOFILE=65536, a shell: ulimit -n 65536), or lower limits.calls',
    ),
  ];
}

const wantedBuffer = 4 * 1024 * 1024;

function judgeBuffers({ receiveBuffer }: MachineFacts): Finding[] {
  if (receiveBuffer === undefined || receiveBuffer >= wantedBuffer) return [];
  return [
    findingWarning(
      'UDP_BUFFER',
      subject,
      `a socket may hold ${receiveBuffer} bytes that were not read yet: a burst of SIP over UDP loses packets`,
      `sysctl -w net.core.rmem_max=${wantedBuffer}, and write it into /etc/sysctl.d`,
    ),
  ];
}

/** Ports that the system may give to any program at any moment: a call that gets one of them fails. */
function judgeEphemeral(facts: Facts, config: Config): Finding[] {
  const { ephemeral } = facts.machine;
  if (ephemeral === undefined) return [];
  const ranges =
    config.engine.kind === 'embedded'
      ? [{ subject: 'media.ports', ...config.media.ports }]
      : facts.freeswitch.flatMap(({ server, local, answer }) =>
          local && answer.kind === 'answered' && answer.ports !== undefined
            ? [{ subject: `FreeSWITCH ${server.name}`, ...answer.ports }]
            : [],
        );
  return ranges.flatMap(({ subject: of, from, to }) => {
    const first = Math.max(from, ephemeral.from);
    const last = Math.min(to, ephemeral.to);
    if (first > last || ephemeral.reserved.some(([a, b]) => a <= first && last <= b)) return [];
    return [
      findingWarning(
        'EPHEMERAL_PORTS',
        of,
        `the system gives the ports ${first} to ${last} of its RTP range to other programs, too`,
        `sysctl -w net.ipv4.ip_local_reserved_ports=${first}-${last}, or move the range below ${ephemeral.from}`,
      ),
    ];
  });
}

function judgeClock({ clockSynchronised, clockStep }: MachineFacts): Finding[] {
  const found: Finding[] = [];
  if (clockSynchronised === true) found.push(findingFine('CLOCK', subject, 'its clock is kept right'));
  if (clockSynchronised === false) {
    const remedy = 'start an NTP client: opening hours and call records go by this clock';
    found.push(findingWarning('CLOCK_UNKEPT', subject, 'nothing keeps its clock right', remedy));
  }
  if (Math.abs(clockStep) > 100) {
    const remedy = 'let the NTP client slew the clock, not step it; look at the virtual machine beneath';
    found.push(findingWarning('CLOCK_STEPS', subject, `its clock jumped by ${clockStep} ms while we looked`, remedy));
  }
  return found;
}

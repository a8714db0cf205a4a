import type { DrachtioFacts } from '../facts.ts';
import { type Finding, findingError, findingFine, findingWarning } from '../finding.ts';
import { failureFinding } from './failures.ts';

/** Before 0.9 the server gives no final response of its own in cases that drachtio-srf 5 counts on. */
const oldest = [0, 9] as const;

export function judgeDrachtio({ server, answer, exposedAt }: DrachtioFacts): Finding[] {
  const subject = `drachtio-server ${server.host}:${server.port}`;
  if (answer.kind !== 'answered') return [failureFinding('DRACHTIO', subject, answer, 'drachtio')];
  const found: Finding[] = [
    findingFine('DRACHTIO_ANSWERS', subject, `answers: ${answer.version}, SIP at ${answer.listeners.join(', ')}`),
  ];
  if (answer.listeners.length === 0) {
    const remedy = 'name its addresses under <contacts> in drachtio.conf.xml';
    found.push(findingError('DRACHTIO_DEAF', subject, 'listens for SIP nowhere', remedy));
  } else if (answer.listeners.every(isLoopback)) {
    found.push(
      findingWarning(
        'DRACHTIO_LOOPBACK',
        subject,
        'listens for SIP on loopback alone: no phone on another machine reaches it',
        'name an address of this machine under <contacts> in drachtio.conf.xml',
      ),
    );
  }
  const version = /^v?(\d+)\.(\d+)/.exec(answer.version);
  if (version !== null && isOlder([Number(version[1]), Number(version[2])], oldest)) {
    const remedy = `take ${oldest.join('.')} or later`;
    found.push(findingWarning('DRACHTIO_OLD', subject, `${answer.version} is older than our client`, remedy));
  }
  found.push(...judgeExposure(subject, 'its application port', exposedAt, '<admin> in drachtio.conf.xml'));
  return found;
}

/** A control port that is meant for loopback and answers at an address that others may reach. */
export const judgeExposure = (
  subject: string,
  port: string,
  exposedAt: readonly string[],
  setting: string,
): Finding[] =>
  exposedAt.length === 0
    ? []
    : [
        findingWarning(
          'CONTROL_EXPOSED',
          subject,
          `${port} answers at ${exposedAt.join(', ')} as well: whoever reaches it may guess its secret`,
          `bind it to 127.0.0.1 (${setting}), or see that a firewall keeps strangers away`,
        ),
      ];

const isLoopback = (listener: string): boolean => /\/(127\.|\[::1\]|localhost)/.test(listener);

const isOlder = (version: readonly [number, number], than: readonly [number, number]): boolean =>
  version[0] < than[0] || (version[0] === than[0] && version[1] < than[1]);

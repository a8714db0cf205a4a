import { showPosition } from '../../base/position.ts';
import type { Config } from '../../config/config.ts';
import type { Facts, ListenerFacts } from '../facts.ts';
import { type Finding, findingError, findingFine, findingWarning } from '../finding.ts';

/** The ports, the addresses and the voices of the embedded engine. */
export function judgeEmbedded(facts: Facts, config: Config): Finding[] {
  return [...facts.listeners.map(judgeListener), ...judgeRtp(facts, config), ...judgeAdvertised(facts, config)];
}

function judgeListener({ listener, state }: ListenerFacts): Finding {
  const { transport, address, port, at } = listener;
  const subject = `SIP ${transport} ${address}:${port}`;
  const setting = `sip.listen (${showPosition(at)})`;
  switch (state) {
    case 'free':
      return findingFine('PORT_FREE', subject, 'is free');
    case 'sip':
      return findingFine('PORT_SPEAKS_SIP', subject, 'speaks SIP: Kozpont runs, or another SIP program has the port');
    case 'taken':
      return findingError(
        'PORT_TAKEN',
        subject,
        'is held by a program that does not answer SIP',
        `end it, or write another port in ${setting}`,
      );
    case 'elsewhere':
      return findingError('ADDRESS_NOT_OURS', subject, 'is not at an address of this machine', `correct ${setting}`);
    case 'forbidden':
      return findingError(
        'PORT_FORBIDDEN',
        subject,
        'is not for this user: ports below 1024 are of root',
        `write another port in ${setting}`,
      );
  }
}

function judgeRtp({ rtp, listeners }: Facts, { media, limits }: Config): Finding[] {
  if (rtp === undefined) return [];
  const subject = `RTP ${media.address} ports ${media.ports.from}-${media.ports.to}`;
  if (!rtp.addressIsOurs) {
    return [findingError('ADDRESS_NOT_OURS', subject, 'is not an address of this machine', 'correct media.address')];
  }
  const found: Finding[] = [];
  // Kozpont's own calls hold some of them.
  const runs = listeners.some(({ state }) => state === 'sip');
  // A few are passed over; many are somebody's range.
  if (rtp.taken * 50 > rtp.tried && !runs) {
    found.push(
      findingWarning(
        'RTP_PORTS_TAKEN',
        subject,
        `of ${rtp.tried} ports that were tried, other programs hold ${rtp.taken}`,
        'move media.ports to a range that nobody else uses',
      ),
    );
  }
  const pairs = Math.floor((media.ports.to - media.ports.from + 1) / 2);
  if (pairs < 2 * limits.calls) {
    found.push(
      findingWarning(
        'RTP_RANGE_SMALL',
        subject,
        `has room for ${pairs} legs, and limits.calls: ${limits.calls} takes ${2 * limits.calls}`,
        'widen media.ports, or lower limits.calls',
      ),
    );
  }
  return found.length > 0 ? found : [findingFine('RTP_PORTS', subject, 'can be bound')];
}

function judgeAdvertised({ advertised, machine, listeners }: Facts, config: Config): Finding[] {
  const subject = 'the address that phones are told';
  const found: Finding[] = [];
  const onlyLoopback = listeners.every(
    ({ listener }) => listener.address.startsWith('127.') || listener.address === '::1',
  );
  if (advertised.sip.startsWith('127.') && !onlyLoopback) {
    found.push(
      findingWarning(
        'ADVERTISED_LOOPBACK',
        subject,
        `is ${advertised.sip}: only phones on this machine can use it`,
        'write the address of this machine in sip.advertise',
      ),
    );
  } else {
    const ours = machine.addresses.includes(advertised.sip);
    const remark = ours ? '' : ', which is not of this machine: right behind a NAT that sends its ports here';
    found.push(findingFine('ADVERTISED', subject, `is ${advertised.sip}${remark}`));
  }
  if (advertised.media !== advertised.sip && config.media.advertise === 'auto') {
    found.push(findingFine('ADVERTISED_MEDIA', subject, `for RTP is ${advertised.media}`));
  }
  return found;
}

import type { FreeswitchAnswer, FreeswitchFacts } from '../facts.ts';
import { type Finding, findingError, findingFine, findingWarning } from '../finding.ts';
import { neededModules } from '../needed.ts';
import { judgeExposure } from './drachtio.ts';
import { failureFinding } from './failures.ts';

export function judgeFreeswitch(facts: FreeswitchFacts): Finding[] {
  const { answer, exposedAt } = facts;
  const subject = subjectOf(facts);
  if (answer.kind !== 'answered') return [failureFinding('FREESWITCH', subject, answer, 'freeswitch')];
  return [
    findingFine('FREESWITCH_ANSWERS', subject, `answers: ${answer.version}`),
    ...judgeModules(subject, answer),
    ...judgeProfile(subject, facts, answer),
    ...judgeSafety(subject, answer),
    ...judgeRoom(subject, facts, answer),
    ...judgeFiles(subject, answer),
    ...judgeExposure(subject, 'its event socket', exposedAt, 'listen-ip in event_socket.conf.xml'),
  ];
}

export const subjectOf = ({ server }: FreeswitchFacts): string => `FreeSWITCH ${server.name}`;

function judgeModules(subject: string, { missingModules }: FreeswitchAnswer): Finding[] {
  return missingModules.map(name => {
    const use = neededModules[name] === undefined ? '' : ` (${neededModules[name]})`;
    return findingError('MODULE_MISSING', subject, `${name} is not loaded${use}`, 'load it in modules.conf.xml');
  });
}

function judgeProfile(subject: string, { server, local }: FreeswitchFacts, answer: FreeswitchAnswer): Finding[] {
  const { profile } = answer;
  if (profile === undefined) {
    const remedy = 'take docker/freeswitch/sip_profiles/kozpont.xml, or name the one that is for us in profile';
    return [findingError('PROFILE_MISSING', subject, `has no SIP profile ${server.profile}`, remedy)];
  }
  const found: Finding[] = [];
  const error = (code: string, message: string, remedy: string) =>
    found.push(findingError(code, subject, message, remedy));
  const warning = (code: string, message: string, remedy: string) =>
    found.push(findingWarning(code, subject, message, remedy));
  const port = profile['sip-port'] ?? '5060';
  if (!answer.profileRuns) {
    error('PROFILE_DOWN', `its profile ${server.profile} does not run`, `port ${port} may be taken: look at its log`);
  }
  if (!answer.parks) {
    const remedy = 'take docker/freeswitch/dialplan/kozpont.xml for the context of the profile';
    error('NOT_PARKED', 'its dialplan does not answer and park what it is sent', remedy);
  } else if (answer.missingVariables.length > 0) {
    const remedy = 'take docker/freeswitch/dialplan/kozpont.xml of this version for the context of the profile';
    error('CHANNEL_VARIABLES', `its dialplan does not set ${answer.missingVariables.join(', ')}`, remedy);
  }
  if (profile['inbound-use-callid-as-uuid'] !== 'true') {
    const remedy = 'set inbound-use-callid-as-uuid to true in the profile';
    error('CHANNEL_NAMES', 'does not name its channels as Kozpont does (by the Call-ID)', remedy);
  }
  if (profile['auth-calls'] !== 'false') {
    error('ASKS_US', 'asks for a password where drachtio-server calls it', 'set auth-calls to false in the profile');
  }
  if (profile['dtmf-type'] !== undefined && profile['dtmf-type'] !== 'rfc2833') {
    warning('DIGITS', `takes digits as ${profile['dtmf-type']}`, 'set dtmf-type to rfc2833 in the profile');
  }
  if (profile['rtp-timer-name'] === 'none') {
    const remedy = 'set rtp-timer-name to soft in the profile, unless every phone always sends';
    warning('RTP_TIMER', 'plays nothing to a party that sends no audio (rtp-timer-name none)', remedy);
  }
  const address = profile['sip-ip'] ?? '';
  if (address === '0.0.0.0' || address === '::' || isPublic(address)) {
    const remedy = 'bind sip-ip to loopback or to a network of the servers alone: it asks nobody for a password';
    error('SIP_EXPOSED', `its SIP port listens at ${address}: whoever reaches it controls the server`, remedy);
  }
  if (!local && /^127\.|^::1$/.test(profile['rtp-ip'] ?? '')) {
    error('RTP_LOOPBACK', 'sends and takes RTP on loopback alone', 'set rtp-ip to an address that phones reach');
  }
  const codecs = (profile['codec-prefs'] ?? profile['inbound-codec-prefs'] ?? '')
    .split(',')
    .filter(text => text !== '');
  if (codecs.length > 0 && !codecs.some(codec => /^PCM[UA]\b/.test(codec))) {
    error('CODECS', `knows only ${codecs.join(', ')}`, 'put PCMU and PCMA into codec-prefs of the profile');
  }
  found.push(
    findingFine('PROFILE', subject, `SIP at ${address}:${port}, rtp-timer-name ${profile['rtp-timer-name'] ?? 'soft'}`),
  );
  return found;
}

function judgeSafety(subject: string, answer: FreeswitchAnswer): Finding[] {
  const found: Finding[] = [];
  if (answer.apiExpansion !== false) {
    const state = answer.apiExpansion === true ? 'is on' : 'cannot be asked for';
    const remedy = 'set api-expansion to false in switch.conf.xml, and fsctl api_expansion off until it is restarted';
    found.push(findingError('API_EXPANSION', subject, `api-expansion ${state}: text may become commands`, remedy));
  }
  if (!/^(forbidden|false|no|off|0)$/i.test(answer.secureMedia)) {
    const remedy = 'set rtp_secure_media_inbound=forbidden in vars.xml';
    found.push(
      findingWarning(
        'SRTP_OFFERED',
        subject,
        'may offer SRTP to phones that were not asked whether they speak it',
        remedy,
      ),
    );
  }
  const acl = answer.eventSocket['apply-inbound-acl'];
  const address = answer.eventSocket['listen-ip'] ?? '';
  if (!/^127\.|^::1$/.test(address) && acl === undefined) {
    const remedy = 'name a list of addresses in apply-inbound-acl, in event_socket.conf.xml';
    found.push(findingWarning('EVENT_SOCKET_OPEN', subject, `its event socket at ${address} takes everybody`, remedy));
  }
  const { profile } = answer;
  const others = profile === undefined ? [] : answer.contexts.filter(name => name !== profile.context);
  if (others.length > 0 || answer.users > 0) {
    const what = [
      ...(others.length > 0 ? [`the dialplans ${others.join(', ')}`] : []),
      ...(answer.users > 0 ? [`${answer.users} users`] : []),
    ].join(' and ');
    const remedy = 'take them out: a stock configuration has passwords that everybody knows';
    found.push(findingWarning('STOCK_CONFIGURATION', subject, `has ${what} that Kozpont does not need`, remedy));
  }
  return found;
}

function judgeRoom(subject: string, { server }: FreeswitchFacts, answer: FreeswitchAnswer): Finding[] {
  const found: Finding[] = [];
  const { ports, maxSessions } = answer;
  if (ports !== undefined && server.ports !== undefined) {
    // Only even ports carry RTP: a range that begins or ends with an odd one is the same range.
    const even = ({ from, to }: { from: number; to: number }) => `${from + (from % 2)}-${to - (to % 2)}`;
    if (even(ports) !== even(server.ports)) {
      found.push(
        findingWarning(
          'RTP_RANGE_DIFFERS',
          subject,
          `its RTP ports are ${ports.from}-${ports.to}, not ${server.ports.from}-${server.ports.to}`,
          'correct ports, and see that the firewall has the same',
        ),
      );
    }
  }
  if (ports !== undefined && maxSessions !== undefined && (ports.to - ports.from + 1) / 2 < maxSessions) {
    found.push(
      findingWarning(
        'RTP_RANGE_SMALL',
        subject,
        `${ports.from}-${ports.to} are RTP ports for ${Math.floor((ports.to - ports.from + 1) / 2)} sessions, and ${maxSessions} are allowed`,
        'widen rtp-start-port and rtp-end-port, or lower max-sessions, in switch.conf.xml',
      ),
    );
  }
  const skew = answer.clockSkew;
  if (skew !== undefined && Math.abs(skew) > 2_000) {
    const remedy = 'let NTP keep both clocks: the records of a call are compared by time';
    found.push(findingWarning('CLOCK_SKEW', subject, `its clock is ${Math.round(skew / 1000)} s from ours`, remedy));
  }
  return found;
}

const judgeFiles = (subject: string, { folders }: FreeswitchAnswer): Finding[] =>
  folders
    .filter(({ seen }) => !seen)
    .map(({ here, there }) =>
      findingError(
        'PROMPTS_UNSEEN',
        subject,
        here === there ? `does not see ${there}` : `does not see ${there}, which is to be our ${here}`,
        'share that folder with it at the same path, or name its own path under paths; its user must be able to read it',
      ),
    );

/** Outside of loopback, link-local and the private networks (RFC 1918, RFC 4193). */
const isPublic = (address: string): boolean =>
  /^\d+\.\d+\.\d+\.\d+$/.test(address) &&
  !/^(127|10)\.|^192\.168\.|^172\.(1[6-9]|2\d|3[01])\.|^169\.254\./.test(address);

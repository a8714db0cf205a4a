/**
 * A whole configuration of FreeSWITCH in one file: what the adapter asks of it (src/media/freeswitch/README.md), on
 * loopback.
 */
export interface FreeswitchPorts {
  readonly eventSocket: number;
  readonly sip: number;
  readonly rtp: { readonly from: number; readonly to: number };
}

export interface FreeswitchConf {
  readonly ports: FreeswitchPorts;
  readonly secret: string;
  readonly profile: string;
  /** `soft` or `none`: `rtp-timer-name` of the SIP profile. */
  readonly rtpTimer: string;
  readonly maxSessions: number;
  readonly logLevel: string;
  readonly heartbeat: number;
}

const param = ([name, value]: readonly [string, string | number]): string => `<param name="${name}" value="${value}"/>`;
const params = (values: Readonly<Record<string, string | number>>): string =>
  Object.entries(values).map(param).join('\n      ');

const modules = [
  'mod_logfile',
  'mod_event_socket',
  'mod_sofia',
  'mod_commands',
  'mod_dptools',
  'mod_dialplan_xml',
  'mod_sndfile',
  'mod_tone_stream',
];

const levels = ['debug', 'info', 'notice', 'warning', 'err', 'crit', 'alert'];

/** Of each channel, set before it is answered. */
const variables = {
  park_after_bridge: 'true',
  hangup_after_bridge: 'false',
  send_silence_when_idle: '-1',
  playback_terminators: 'none',
  hold_music: 'silence',
  RECORD_MIN_SEC: '0',
  RECORD_PRE_BUFFER_FRAMES: '3',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of FreeSWITCH's
  disable_rtp_auto_adjust: '${sip_h_X-Disable-Auto-Adjust}',
};

export const freeswitchXml = (conf: FreeswitchConf): string => `<?xml version="1.0"?>
<document type="freeswitch/xml">
  <section name="configuration">
    <configuration name="modules.conf"><modules>
      ${modules.map(name => `<load module="${name}"/>`).join('\n      ')}
    </modules></configuration>
    <configuration name="post_load_modules.conf"><modules/></configuration>
    <configuration name="logfile.conf"><settings/><profiles><profile name="default">
      <settings>${params({ rollover: 0, uuid: 'true' })}</settings>
      <mappings><map name="all" value="${levels.slice(levels.indexOf(conf.logLevel)).join(',')}"/></mappings>
    </profile></profiles></configuration>
    <configuration name="switch.conf"><settings>
      ${params({
        'max-sessions': conf.maxSessions,
        'sessions-per-second': 500,
        loglevel: conf.logLevel,
        'rtp-start-port': conf.ports.rtp.from,
        'rtp-end-port': conf.ports.rtp.to,
        'rtp-port-usage-robustness': 'true',
        'rtp-enable-zrtp': 'false',
        'event-heartbeat-interval': conf.heartbeat,
        'api-expansion': 'false',
        'threaded-system-exec': 'false',
        'dump-cores': 'no',
      })}
    </settings></configuration>
    <configuration name="acl.conf"><network-lists>
      <list name="kozpont" default="deny"><node type="allow" cidr="127.0.0.0/8"/></list>
    </network-lists></configuration>
    <configuration name="event_socket.conf"><settings>
      ${params({
        'nat-map': 'false',
        'listen-ip': '127.0.0.1',
        'listen-port': conf.ports.eventSocket,
        password: conf.secret,
        'apply-inbound-acl': 'kozpont',
      })}
    </settings></configuration>
    <configuration name="sofia.conf"><global_settings>${params({ 'log-level': 0 })}</global_settings><profiles>
      <profile name="${conf.profile}"><domains/><settings>
      ${params({
        'sip-ip': '127.0.0.1',
        'sip-port': conf.ports.sip,
        'rtp-ip': '127.0.0.1',
        context: 'kozpont',
        dialplan: 'XML',
        'auth-calls': 'false',
        'apply-inbound-acl': 'kozpont',
        'inbound-use-callid-as-uuid': 'true',
        'codec-prefs': 'PCMA,PCMU',
        'inbound-codec-negotiation': 'generous',
        'dtmf-type': 'rfc2833',
        'rfc2833-pt': 101,
        'manual-rtp-bugs': 'IGNORE_DTMF_DURATION',
        'disable-hold': 'true',
        'disable-transfer': 'true',
        'send-display-update': 'false',
        'enable-timer': 'false',
        'rtp-timer-name': conf.rtpTimer,
        'rtp-rewrite-timestamps': 'true',
        'manage-presence': 'false',
        'manage-shared-appearance': 'false',
        'disable-register': 'true',
        tls: 'false',
      })}
      </settings></profile>
    </profiles></configuration>
  </section>
  <section name="dialplan"><context name="kozpont"><extension name="kozpont">
    <condition>
      <action application="multiset" data="${Object.entries(variables)
        .map(([name, value]) => `${name}=${value}`)
        .join(' ')}"/>
      <action application="answer"/>
      <action application="park"/>
    </condition>
  </extension></context></section>
  <section name="directory"/>
</document>
`;

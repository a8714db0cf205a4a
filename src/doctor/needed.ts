/** What each module is for, as an admin reads it. */
export const neededModules: Readonly<Record<string, string>> = {
  mod_sofia: 'SIP',
  mod_event_socket: 'being told what to do',
  mod_commands: 'joining two parties, recording',
  mod_dptools: 'answering, playing',
  mod_dialplan_xml: 'answering Kozpont',
  mod_sndfile: 'prompts and recordings',
  mod_tone_stream: 'ringback and other tones, silence',
};

/** What the dialplan must set on every channel: docker/freeswitch/dialplan/kozpont.xml says what for. */
export const neededVariables: readonly string[] = [
  'park_after_bridge',
  'hangup_after_bridge',
  'send_silence_when_idle',
  'playback_terminators',
  'RECORD_MIN_SEC',
  'RECORD_PRE_BUFFER_FRAMES',
  'disable_rtp_auto_adjust',
];

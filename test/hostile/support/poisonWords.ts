/** By entrance (`base/faults.ts`). */
export const words = {
  sip: 'POISON-OF-SIP',
  rtp: 'POISON-OF-RTP',
  drachtio: 'POISON-OF-DRACHTIO',
  application: 'POISON-OF-APPLICATION',
} as const;

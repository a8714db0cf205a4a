/**
 * The name of a dialog in the application's protocol: drachtio-srf relies on its form (`findDialogByCallIDAndFromTag`).
 * The tag is that of the INVITE's or SUBSCRIBE's From: ours where we sent it, theirs where they did. Applications
 * persist it, and send BYE by it from another process.
 */
const escaped = (text: string): string => text.replaceAll('|', '%7C');

export const dialogIdOf = (callId: string, fromTag: string): string =>
  `${escaped(callId)};from-tag=${escaped(fromTag)}`;

/**
 * The frames that the server sends. The tokens of a frame's first line are read by their place, which is why some of
 * them are empty.
 */
import { randomUUID } from 'node:crypto';
import { encodeFrame } from './frame.ts';
import { type MessageMeta, showMeta } from './meta.ts';

/** One buffer, filled once: most frames of a busy server have a message in them. */
const withMessage = (line: string, message: Buffer): Buffer => {
  const lineLength = Buffer.byteLength(line) + 2;
  const length = `${lineLength + message.length}#`;
  const frame = Buffer.allocUnsafe(length.length + lineLength + message.length);
  frame.write(length, 0, 'latin1');
  frame.write(line, length.length, 'utf8');
  frame.write('\r\n', length.length + lineLength - 2, 'latin1');
  message.copy(frame, length.length + lineLength);
  return frame;
};

const withoutMessage = (line: string): Buffer => encodeFrame(Buffer.from(line, 'utf8'));

/** A request that starts something; `local` is where it was received. */
export const newRequestFrame = (
  meta: MessageMeta,
  transactionId: string,
  local: { readonly address: string; readonly port: number },
  message: Buffer,
): Buffer =>
  withMessage(`${randomUUID()}|sip|${showMeta(meta)}|${transactionId}||${local.address}|${local.port}|`, message);

/** A request within a dialog, or a response to a request of the application; `dialogId` is empty where there is none. */
export const messageFrame = (meta: MessageMeta, transactionId: string, dialogId: string, message: Buffer): Buffer =>
  withMessage(`${randomUUID()}|sip|${showMeta(meta)}|${transactionId}|${dialogId}|`, message);

/** The transaction id under which an application is told of a request that the server has sent by itself. */
export const unsolicited = 'unsolicited';

export const okFrame = (commandId: string, text = ''): Buffer =>
  withoutMessage(`${randomUUID()}|response|${commandId}|OK${text === '' ? '' : `|${text}`}`);

/** drachtio-server says `NO` for a command that it does not take and `NOK` for one that failed. */
export const noFrame = (commandId: string, reason: string): Buffer =>
  withoutMessage(`${randomUUID()}|response|${commandId}|NO|${reason}`);

export const nokFrame = (commandId: string, reason: string): Buffer =>
  withoutMessage(`${randomUUID()}|response|${commandId}|NOK|${reason}`);

/** What was sent for the application's request. */
export const requestSentFrame = (
  commandId: string,
  meta: MessageMeta,
  transactionId: string,
  message: Buffer,
): Buffer =>
  withMessage(`${randomUUID()}|response|${commandId}|OK|${showMeta(meta)}|${transactionId}|Msg sent:|`, message);

/** What was sent for the application's response. */
export const responseSentFrame = (
  commandId: string,
  meta: MessageMeta,
  transactionId: string,
  dialogId: string,
  message: Buffer,
): Buffer =>
  withMessage(
    `${randomUUID()}|response|${commandId}|OK|${showMeta(meta)}|${transactionId}|${dialogId}||Msg sent:|`,
    message,
  );

/** A final response of one of a proxy's targets; `continue` says that the command is not over yet. */
export const proxyProgressFrame = (commandId: string, meta: MessageMeta, message: Buffer): Buffer =>
  withMessage(`${randomUUID()}|response|${commandId}|OK|${showMeta(meta)}|||continue`, message);

export type CallRecord =
  | { readonly kind: 'attempt' }
  | { readonly kind: 'start'; readonly role: 'uas' | 'uac' | 'proxy-uas' | 'proxy-uac' }
  | {
      readonly kind: 'stop';
      readonly reason:
        | 'call-rejected'
        | 'call-canceled'
        | 'normal-release'
        | 'session-expired'
        | 'system-initiated-termination';
    };

export const callRecordFrame = (record: CallRecord, meta: MessageMeta, time: string, message: Buffer): Buffer => {
  const detail = record.kind === 'attempt' ? '' : `|${record.kind === 'start' ? record.role : record.reason}`;
  return withMessage(`${randomUUID()}|cdr:${record.kind}|${meta.source}|${time}${detail}`, message);
};

/** What an application's commands do. */
import { assertNever } from '../../../base/assertNever.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Application } from '../applications/connection.ts';
import { unknownTransaction } from '../incoming/incomingRequest.ts';
import { sendRequestInside } from '../outgoing/requestInside.ts';
import { sendRequestOutside } from '../outgoing/requestOutside.ts';
import type { AuthenticateCommand, Command, RequestCommand } from '../protocol/command.ts';
import { nokFrame, okFrame } from '../protocol/outgoing.ts';
import { proxyRequest } from '../proxy/proxyRequest.ts';
import type { Core } from './core.ts';

export const carryOut = (
  core: Core,
  application: Application,
  command: Exclude<Command, AuthenticateCommand>,
): void => {
  try {
    switch (command.kind) {
      case 'ping':
        application.send(okFrame(command.id, 'pong'));
        return;
      case 'route':
        core.routes.add(command.verb, application);
        application.send(okFrame(command.id));
        return;
      case 'removeRoute':
        core.routes.remove(command.verb, application);
        application.send(okFrame(command.id));
        return;
      case 'request':
        request(core, application, command);
        return;
      case 'response': {
        const incoming = core.incoming.get(command.transactionId);
        if (incoming === undefined) application.send(nokFrame(command.id, unknownTransaction));
        else incoming.respond(command.id, command.message);
        return;
      }
      case 'proxy':
        proxyRequest(core, application, command);
        return;
      default:
        assertNever(command);
    }
  } catch (error) {
    // What one application wrote must not reach the others' calls.
    core.log.error({ err: error, command: command.kind }, 'a command of an application failed');
    application.send(nokFrame(command.id, messageOf(error)));
  }
};

const request = (core: Core, application: Application, command: RequestCommand): void => {
  const asker = { application, commandId: command.id };
  const { dialogId, transactionId, message } = command;
  if (dialogId !== undefined) {
    sendRequestInside(core, asker, command, dialogId);
  } else if (transactionId !== undefined) {
    cancel(core, application, command, transactionId);
  } else {
    // A Call-ID of a dialog of ours means that dialog, as in drachtio-server.
    const callId = message.headers.find(entry => entry.name === 'Call-ID')?.value;
    const dialog = callId === undefined ? undefined : core.dialogs.withCallId(callId);
    if (dialog === undefined) sendRequestOutside(core, asker, command);
    else sendRequestInside(core, asker, command, dialog.id);
  }
};

const cancel = (core: Core, application: Application, command: RequestCommand, transactionId: string): void => {
  const { id, message } = command;
  if (message.method !== 'CANCEL') {
    application.send(nokFrame(id, `${message.method} cannot be sent within a transaction`));
    return;
  }
  const outgoing = core.outgoing.get(transactionId);
  if (outgoing === undefined)
    application.send(nokFrame(id, `unable to cancel unknown transaction id: ${transactionId}`));
  else outgoing.cancel(id, message);
};

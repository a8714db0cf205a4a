import type { Application } from '../applications/connection.ts';
import type { AppRequest } from '../protocol/appMessage.ts';

/** A request that was sent for an application, until its final response. */
export interface OutgoingRequest {
  /** The application's name for it. */
  readonly transactionId: string;
  readonly application: Application;
  /** The application's CANCEL; `commandId` is whom the outcome is told to. */
  cancel(commandId: string, cancel: AppRequest): void;
  /** The application has gone: nobody waits for the answer any more. */
  applicationLost(): void;
}

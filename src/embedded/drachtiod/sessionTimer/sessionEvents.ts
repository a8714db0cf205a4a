/** What a dialog's session timer does when it fires. */
import type { Core } from '../core/core.ts';
import type { AppDialog } from '../dialogs/appDialog.ts';
import { endDialog } from '../dialogs/endDialog.ts';
import { refreshSession } from './refreshSession.ts';
import type { SessionTimerEvents } from './sessionTimer.ts';

export const sessionEvents = (core: Core, dialog: AppDialog): SessionTimerEvents => ({
  refresh: interval => refreshSession(core, dialog, interval),
  expired: () => endDialog(core, dialog, 'Session timer expired', 'session-expired'),
});

/** Of a dialog without a session: its timer is never started. */
export const noSession = (): SessionTimerEvents => ({ refresh: () => {}, expired: () => {} });

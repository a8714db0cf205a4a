/**
 * A call of ours to an extension: its phones ring at once, the first that answers is kept.
 *
 * - `asking`: the phones are asked. Entered from: the beginning. Leaves to `answered` by the first 2xx; to `over` where
 *   nobody answers, and when it is taken back.
 * - `answered`: one phone is kept. Until the exchange has been told (`told`), taking the call back still counts as
 *   taking it back: what crossed it was not seen by anybody. Entered from: `asking`. Leaves to `over`.
 * - `over`: the last event was posted; branches that still have no final response are cancelled, and a late 2xx is
 *   released. Final.
 */
import { assertNever } from '../../base/assertNever.ts';
import { KozpontError } from '../../base/errors.ts';
import type { Facing } from '../../base/facing.ts';
import { randomId } from '../../base/ids.ts';
import { Dialog, type DialogEvents, nobody } from '../dialogs/dialog.ts';
import { calledHost, endFields, reasonField } from '../dialogs/headers.ts';
import type { DialogName } from '../dialogs/legIndex.ts';
import { LegMailbox } from '../dialogs/legMailbox.ts';
import { timerAccepted } from '../dialogs/sessionTimer.ts';
import type { LegSurroundings } from '../dialogs/surroundings.ts';
import { toExchange } from '../dialogs/toExchange.ts';
import { header } from '../drachtio/message.ts';
import type { SrfIncomingResponse } from '../drachtio/srf.ts';
import type { DialFailure, DialRequest, HangUp, LegEvents, LegSnapshot, OutboundLeg, Party } from '../port.ts';
import { routeField } from '../registrar/path.ts';
import { TransferDesk } from '../transfer/transferDesk.ts';
import { type Answer, type Answered, Branch } from './branch.ts';
import { type BranchId, type Fork, type ForkEffect, type ForkInput, startFork, stepFork } from './fork.ts';
import { type DivertedBy, inviteFields } from './invite.ts';
import { redirectedTo } from './redirect.ts';

export interface PhoneAddress {
  readonly uri: string;
  readonly nextHop: string | undefined;
  readonly facing: Facing;
  /** The proxies on the way to it. */
  readonly path?: readonly string[];
  /** Whether a refusal with this status says that there is no connection to it any more. */
  readonly isGoneBy?: (status: number) => boolean;
  /** There is none. */
  readonly gone?: () => void;
}

/** With the same phone's other flows, which are tried where this one fails (RFC 5626, §5.3). */
export interface RungPhone extends PhoneAddress {
  readonly others?: readonly PhoneAddress[];
}

export interface OutboundSurroundings extends LegSurroundings {
  /** Where the phones are. */
  phones(target: DialRequest['target']): readonly RungPhone[];
  extensionExists(extension: string): boolean;
}

/** Nothing was heard from the phone: 408 and 503 stand for that (RFC 3261, §8.1.3.1). */
const isUnheard = (status: number): boolean => status === 408 || status === 503;

const cancelled: DialFailure = { reason: 'cancelled', status: 487, text: 'Request Terminated' };
const answeredElsewhere = { Reason: reasonField('SIP', 200, 'Call completed elsewhere') };

export class SipOutboundLeg implements OutboundLeg {
  sipCallId = `${randomId(16)}@kozpont`;
  private state: 'asking' | 'answered' | 'over' = 'asking';
  /** The exchange has heard of the answer. */
  private told = false;
  /** The call was taken back after an answer that the exchange has not heard of. */
  private withdrawn = false;
  private fork: Fork;
  private readonly branches: Branch[] = [];
  private readonly answers = new Map<BranchId, Answer>();
  private readonly asked: Set<string>;
  private readonly mailbox: LegMailbox;
  private readonly transfers: TransferDesk;
  private dialog: Dialog | undefined;
  private name: DialogName | undefined;
  private identity: Party | undefined;
  private cancelFields: Record<string, string> = {};
  private readonly unindex: (() => void)[] = [];

  constructor(
    private readonly around: OutboundSurroundings,
    private readonly request: DialRequest,
    private readonly events: LegEvents,
  ) {
    const { target } = request;
    this.mailbox = new LegMailbox(error => around.log.error({ err: error }, 'an event of a leg could not be handled'));
    // A fixed contact is an extension that we have chosen to call there: it may transfer as a registered one may.
    this.transfers = new TransferDesk(around, { kind: 'extension', number: target.number });
    this.asked = new Set([target.number]);
    around.legs.add(this);
    const ids = around.phones(target).map(phone => this.addBranch(phone, undefined));
    const { fork, effects } = startFork(ids, target.kind === 'contact');
    this.fork = fork;
    for (const id of ids) this.branches[id]?.invite();
    for (const effect of effects) this.apply(effect);
  }

  cancel(): void {
    this.takeBack({});
  }

  hangUp(end: HangUp = {}): void {
    if (this.state === 'over') return;
    if (!this.told) return this.takeBack(end);
    this.dialog?.hangUp(end);
    this.finish(() => this.events.ended({ by: 'local', status: end.status, text: end.text ?? '' }));
  }

  reinvite(offer: string): Promise<string> {
    if (this.state !== 'answered' || this.dialog === undefined) {
      return Promise.reject(new KozpontError('DISPOSED', 'the leg is not connected'));
    }
    return this.dialog.reinvite(offer);
  }

  snapshot(): LegSnapshot | undefined {
    const party = { kind: 'extension', number: this.request.target.number } as const;
    return this.name === undefined ? undefined : this.dialog?.snapshot(this.name, party);
  }

  identify(party: Party): void {
    if (this.state === 'asking') this.identity = party;
    else this.dialog?.identify(party);
  }

  /** The connection to the server is lost. */
  lost(): void {
    this.dialog?.lost();
    this.finish(() => this.events.failed({ reason: 'unreachable', status: 503, text: 'Service Unavailable' }));
  }

  private takeBack(end: HangUp): void {
    if (this.told) return;
    this.withdrawn = true;
    if (this.state === 'over') return;
    this.cancelFields = endFields(end);
    this.dialog?.hangUp(end);
    const wasAsking = this.state === 'asking';
    if (wasAsking) this.feed({ kind: 'cancel' });
    else this.finish(() => this.events.failed(cancelled));
  }

  private addBranch(phone: RungPhone, divertedBy: DivertedBy | undefined): BranchId {
    const id = this.branches.length;
    // Each branch is a dialog of its own: to the server two dialogs with one Call-ID are one.
    const callId = id === 0 ? this.sipCallId : `${randomId(16)}@kozpont`;
    const headers = { ...inviteFields(this.request, callId, divertedBy), ...routeField(phone.path ?? []) };
    let rang = false;
    const branch = new Branch(
      this.around,
      { ...phone, callId, headers, offer: this.request.offerFor?.(phone.facing) ?? this.request.offer },
      {
        ringing: name => {
          rang = true;
          if (name !== undefined && this.state === 'asking') {
            this.unindex.push(this.around.index.add(name, { leg: this, early: true, initiatedByUs: true }));
          }
          this.feed({ kind: 'ringing', branch: id });
        },
        early: (sdp, response) => {
          if (this.isAlone(id))
            this.mailbox.post(() => this.events.early?.(sdp, response.source_address, phone.facing));
        },
        answered: answer => {
          this.answers.set(id, answer);
          this.feed({ kind: 'answered', branch: id });
        },
        unusable: (answered, status, text) => {
          if (answered !== undefined) this.release(answered);
          this.feed({ kind: 'refused', branch: id, status, text });
        },
        redirected: response => this.redirected(id, response),
        refused: (status, text) => {
          const gone = phone.isGoneBy?.(status) === true;
          if (gone) phone.gone?.();
          const [other, ...others] = !rang && (gone || isUnheard(status)) ? (phone.others ?? []) : [];
          if (other === undefined || this.state !== 'asking') {
            return this.feed({ kind: 'refused', branch: id, status, text });
          }
          this.askInPlaceOf(id, [this.addBranch({ ...other, others }, divertedBy)]);
        },
      },
    );
    this.branches.push(branch);
    return id;
  }

  /** No other phone is asked. A recall rings its operator: nobody listens to what comes before. */
  private isAlone(branch: BranchId): boolean {
    if (this.state !== 'asking' || this.request.alert === 'recall') return false;
    return [...this.fork.branches].every(([id, state]) => id === branch || state === 'over');
  }

  private redirected(branch: BranchId, response: SrfIncomingResponse): void {
    const { target, divert } = this.request;
    const followed = divert === 'allow' && this.state === 'asking' && target.kind === 'extension';
    const extensions = followed ? redirectedTo(response).filter(one => this.mayAsk(one)) : [];
    const host = calledHost(response);
    const ids = extensions.flatMap(extension => {
      this.asked.add(extension);
      return this.around
        .phones({ kind: 'extension', number: extension })
        .map(phone => this.addBranch(phone, { extension: target.number, host }));
    });
    if (ids.length === 0) {
      return this.feed({ kind: 'refused', branch, status: response.status, text: response.reason });
    }
    this.askInPlaceOf(branch, ids);
  }

  private askInPlaceOf(branch: BranchId, ids: readonly BranchId[]): void {
    this.feed({ kind: 'diverted', branch, into: ids });
    for (const id of ids) this.branches[id]?.invite();
  }

  private mayAsk(extension: string): boolean {
    return !this.asked.has(extension) && this.around.extensionExists(extension);
  }

  private feed(input: ForkInput): void {
    const { fork, effects } = stepFork(this.fork, input, this.around.clock.now());
    this.fork = fork;
    for (const effect of effects) this.apply(effect);
  }

  private apply(effect: ForkEffect): void {
    switch (effect.kind) {
      case 'ringing':
        return this.mailbox.post(() => this.events.ringing());
      case 'cancel': {
        const fields = effect.why === 'answeredElsewhere' ? answeredElsewhere : this.cancelFields;
        return this.branches[effect.branch]?.cancel(fields);
      }
      case 'keep':
        return this.keep(this.takeAnswer(effect.branch));
      case 'release': {
        const answer = this.takeAnswer(effect.branch);
        return answer === undefined ? undefined : this.release(answer);
      }
      case 'failed':
        return this.finish(() => this.events.failed(effect.failure));
      default:
        return assertNever(effect);
    }
  }

  private takeAnswer(branch: BranchId): Answer | undefined {
    const answer = this.answers.get(branch);
    this.answers.delete(branch);
    return answer;
  }

  private keep(answer: Answer | undefined): void {
    if (answer === undefined) return;
    const { sdp } = answer;
    this.state = 'answered';
    this.sipCallId = answer.name.callId;
    this.name = answer.name;
    this.forgetNames();
    this.unindex.push(this.around.index.add(answer.name, { leg: this, early: false, initiatedByUs: true }));
    const { mailbox, transfers } = this;
    const towards = toExchange({
      mailbox,
      transfers,
      listener: () => this.events,
      dialog: () => this.dialog,
      ended: end => this.finish(() => this.events.ended(end)),
    });
    this.dialog = this.dialogOf(answer, towards);
    this.mailbox.post(() => {
      if (this.withdrawn) return;
      this.told = true;
      this.events.answered(sdp, answer.response.source_address, answer.facing);
    });
    if (this.identity !== undefined) this.dialog.identify(this.identity);
  }

  /** It answered too late, or more than was asked for. */
  private release(answer: Answered): void {
    this.dialogOf(answer, nobody).hangUp({});
  }

  private dialogOf({ dialogId, response, ourHost, target, offer }: Answered, events: DialogEvents): Dialog {
    return new Dialog(
      this.around,
      {
        id: dialogId,
        callIdIsOurs: true,
        ourHost,
        ...(target === undefined ? {} : { target }),
        peerAllows: header(response, 'allow'),
        localSdp: offer,
        timer: timerAccepted(response),
        awaitedAck: undefined,
      },
      events,
    );
  }

  private finish(deliver: () => void): void {
    if (this.state === 'over') return;
    this.state = 'over';
    this.mailbox.finish(() => {
      deliver();
      this.transfers.close();
    });
    this.forgetNames();
    this.around.legs.delete(this);
  }

  private forgetNames(): void {
    for (const forget of this.unindex.splice(0)) forget();
  }
}

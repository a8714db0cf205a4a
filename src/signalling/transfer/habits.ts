/**
 * What phones were seen to do when they are told at once that their blind transfer succeeded: most hang up, and their
 * user is free for the next call; one that stays on the line is told of the progress from then on, so that it can show
 * it. By extension and User-Agent, for as long as the process lives.
 */
const mostRemembered = 10_000;

export class TransferHabits {
  private readonly stayers = new Set<string>();

  /** How a phone is told of its blind transfer where its settings leave it open. */
  notifyOf(phone: string): 'progress' | 'immediate' {
    return this.stayers.has(phone) ? 'progress' : 'immediate';
  }

  /** It did not hang up, though it was told that the transfer succeeded. */
  stayed(phone: string): void {
    if (this.stayers.size >= mostRemembered) this.stayers.clear();
    this.stayers.add(phone);
  }
}

/** Who wants what: the applications that asked for a method (or a kind of call record), served in turn. */
import type { Application } from './connection.ts';

export class Routes {
  private readonly wanted = new Map<string, Application[]>();
  /** How many requests of that verb have been given out: the next one goes to the next application. */
  private readonly turns = new Map<string, number>();

  add(verb: string, application: Application): void {
    const applications = this.wanted.get(verb) ?? [];
    if (!applications.includes(application)) applications.push(application);
    this.wanted.set(verb, applications);
  }

  remove(verb: string, application: Application): void {
    const applications = this.wanted.get(verb)?.filter(other => other !== application) ?? [];
    if (applications.length > 0) {
      this.wanted.set(verb, applications);
    } else {
      this.wanted.delete(verb);
      this.turns.delete(verb);
    }
  }

  removeAll(application: Application): void {
    for (const verb of [...this.wanted.keys()]) this.remove(verb, application);
  }

  /** `tag`: only applications that gave themselves this tag. */
  next(verb: string, tag?: string): Application | undefined {
    const applications = this.wanted.get(verb);
    if (applications === undefined) return undefined;
    const turn = this.turns.get(verb) ?? 0;
    for (let i = 0; i < applications.length; i += 1) {
      const application = applications[(turn + i) % applications.length] as Application;
      if (tag !== undefined && !application.tags.has(tag)) continue;
      this.turns.set(verb, (turn + i + 1) % applications.length);
      return application;
    }
    return undefined;
  }

  /** Everybody who asked for it: call records go to all. */
  all(verb: string): readonly Application[] {
    return this.wanted.get(verb) ?? [];
  }

  get verbs(): readonly string[] {
    return [...this.wanted.keys()];
  }
}

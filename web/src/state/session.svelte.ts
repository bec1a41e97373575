// Who uses this page and what they may do, one for the whole page. The server decides; the page only leaves out what
// would be refused.

import { whenAccessIsDoubtful } from '../api/lost_access';
import { currentSession, logIn, logOut, type Session } from '../api/session';
import type { Right } from '../model/roles';

/** Whether there is still a session is asked at most so often, whatever is refused meanwhile. */
const leastPauseMs = 2_000;
const offlineEveryMs = 10_000;

const identityOf = (s: Session) => [s.user, s.role, s.scope, ...s.may].join('\n');
const isInside = (s: Session) => s.auth === 'off' || s.loggedIn;

export class SessionState {
  who = $state.raw<Session | null>(null);
  offline = $state(false);
  /** Somebody was logged in here and is no more. */
  ended = $state(false);
  /** The user whose session ended. */
  lastUser = $state('');
  /** What somebody just logged in with: who has to choose another need not type it again. */
  typedPassword = '';
  readonly inside: boolean = $derived(this.who !== null && isInside(this.who));
  /** First comes a password of one's own, then the rest. */
  welcome = $state(false);

  private asking: Promise<void> | null = null;
  private askedMs = -Infinity;
  private timer = 0;
  private shownAs = '';

  /** reload: begins the page anew, so that nothing is left of what another one was shown. */
  constructor(private readonly reload: () => void = () => location.reload()) {
    whenAccessIsDoubtful(() => this.doubt());
  }

  may(right: Right): boolean {
    return this.inside && this.who!.may.includes(right);
  }

  /** Asks the server; one question at a time. */
  ask(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = 0;
    this.askedMs = Date.now();
    this.asking ??= this.askOnce().finally(() => (this.asking = null));
    return this.asking;
  }

  private async askOnce(): Promise<void> {
    try {
      this.take(await currentSession());
      this.offline = false;
    } catch {
      this.offline = true;
      if (!this.who) this.askIn(offlineEveryMs);
    }
  }

  private doubt(): void {
    if (this.inside && !this.timer) this.askIn(Math.max(0, this.askedMs + leastPauseMs - Date.now()));
  }
  private askIn(ms: number): void {
    this.timer = setTimeout(() => void this.ask(), ms) as unknown as number;
  }

  private take(now: Session): void {
    const before = this.who;
    if (isInside(now)) {
      const identity = identityOf(now);
      if (this.shownAs !== '' && this.shownAs !== identity) return this.reload();
      this.shownAs = identity;
      this.ended = false;
      if (now.mustChangePassword) this.welcome = true;
    } else if (before && isInside(before)) {
      this.ended = true;
      this.lastUser = before.user;
    }
    this.who = now;
  }

  async logIn(user: string, password: string): Promise<void> {
    await logIn(user, password);
    this.typedPassword = password;
    await this.ask();
    if (!this.welcome) this.typedPassword = '';
  }
  async logOut(): Promise<void> {
    await logOut();
    this.reload();
  }
  /** Somebody who had to choose a password has one, and has seen what comes first. */
  begin(): void {
    this.typedPassword = '';
    this.welcome = false;
  }
}

export const session = new SessionState();

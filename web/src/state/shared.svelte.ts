// What the team shares, as this page knows it. Changes of others come within half a minute, and whenever the page
// is looked at again.

import { changeShared, sharedState, type Change, type SharedState } from '../api/shared';
import { errorText } from './rights';

const everyMs = 20_000;

class Shared {
  state = $state.raw<SharedState>({ version: 0, openings: [], reports: [], views: [], counters: [] });
  /** The server has been asked with success. */
  ready = $state(false);
  /** Why the last change was not taken; empty: it was. */
  error = $state('');

  private timer = 0;
  private onReady: (() => void)[] = [];

  start(): void {
    if (this.timer) return;
    void this.load();
    this.timer = window.setInterval(() => document.hidden || void this.load(), everyMs);
    document.addEventListener('visibilitychange', this.onVisible);
  }
  stop(): void {
    clearInterval(this.timer);
    this.timer = 0;
    document.removeEventListener('visibilitychange', this.onVisible);
  }
  private readonly onVisible = (): void => {
    if (!document.hidden) void this.load();
  };

  /** Calls back once there is something to compare with. */
  whenReady(then: () => void): void {
    if (this.ready) then();
    else this.onReady.push(then);
  }

  async load(): Promise<void> {
    try {
      this.take(await sharedState(this.state.version));
    } catch {
      // The next look is soon.
    }
  }

  /** True: the server has it. */
  async change(change: Change): Promise<boolean> {
    try {
      this.take(await changeShared(change));
      this.error = '';
      return true;
    } catch (error) {
      this.error = errorText(error);
      return false;
    }
  }

  private take(state: SharedState | null): void {
    if (state) this.state = state;
    if (this.ready) return;
    this.ready = true;
    for (const then of this.onReady.splice(0)) then();
  }
}

export const shared = new Shared();

/** Of its own for each thing that is kept. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

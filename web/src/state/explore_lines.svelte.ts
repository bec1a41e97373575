// The lines of a query: pages of history, live ones behind them, and how many there are of each.

import type { Range } from '../api/client';
import type { SocketState } from '../api/live_socket';
import type { QueryAnswer } from '../api/types';
import type { LogLine } from '../model/log_line';
import { soughtFilter, type Sought } from '../model/seek';
import { HistoryPages } from './history_pages';
import { LineStore, type Gap } from './line_store';
import { LiveSession } from './live_session';
import { nsOfMs } from '../base/time';
import { pulse } from './pulse.svelte';

export interface ExploreLinesEvents {
  /** Older lines, or those of a gap, could not be read. */
  onError(error: unknown): void;
  /** The server does not go on with the live view, which has ended. */
  onRefused(reason: string): void;
  /** Live lines came. */
  onLines(): void;
}

export class ExploreLines {
  readonly store = new LineStore();
  tailState = $state<SocketState | 'off'>('off');
  counts = $state({ received: 0, matched: 0, held: 0, notShown: 0, trimmed: 0, delayMs: 0 });

  private history: HistoryPages | null = null;
  private live: LiveSession | null = null;

  constructor(private readonly events: ExploreLinesEvents) {}

  /** The newest page of a query in the place of all that is held. range: as it is now, a live one moves. */
  async load(query: string, range: () => Range, signal: AbortSignal): Promise<QueryAnswer> {
    this.history = new HistoryPages(this.store, query, range, signal);
    const answer = await this.history.newest(range());
    this.updateCounts();
    return answer;
  }

  clear(): void {
    this.history = null;
    this.store.reset([]);
    this.updateCounts();
  }

  /** Live lines from what is held on; without any, from a time. */
  follow(query: string, fromMs: number): void {
    const last = this.store.last();
    this.live = new LiveSession(this.store, query, last ? last.ns : nsOfMs(fromMs), {
      onState: (state) => (this.tailState = state),
      onRefused: (reason) => {
        this.unfollow();
        this.events.onRefused(reason);
      },
      onLines: (newest) => {
        if (newest) this.counts.delayMs = Math.max(0, Math.round(pulse.now() - newest.ms));
        if (newest) this.events.onLines();
        this.updateCounts();
      },
    });
  }

  unfollow(): void {
    this.live?.dispose();
    this.live = null;
    this.tailState = 'off';
  }

  /** Older lines, when the reader comes near the top. */
  loadOlder = (): Promise<void> => this.look((history) => history.older());
  /** To the first line of the range. */
  loadFirst = (): Promise<void> => this.look((history) => history.first());
  /** The lines of a gap, from storage. */
  loadGap = (gap: Gap): Promise<void> => this.look((history) => history.gap(gap));

  /** Whether the server has a line that is sought, which is then held. Outside of what is held, or within a gap. */
  async seek(sought: Sought, direction: 1 | -1, within: Gap | null): Promise<boolean> {
    let found: LogLine | null = null;
    await this.look(async (history) => {
      found = await history.find(soughtFilter(sought), direction, within);
      if (found) await history.reach(found.ns, direction, within);
    });
    return found !== null;
  }

  /** Something that reads history. */
  private async look(what: (history: HistoryPages) => Promise<void>): Promise<void> {
    const { history } = this;
    if (!history) return;
    try {
      await what(history);
      this.updateCounts();
    } catch (error) {
      if (history === this.history) this.events.onError(error);
    }
  }

  private updateCounts(): void {
    this.counts.received = this.store.received;
    this.counts.matched = this.live?.matched ?? 0;
    this.counts.held = this.store.lines;
    this.counts.notShown = this.store.notShown;
    this.counts.trimmed = this.store.rows.trimmed;
  }
}

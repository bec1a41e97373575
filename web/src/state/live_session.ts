// A live view of a query: lines wait in an array and go into the store once a frame.

import { LiveLines, type LiveFrame } from '../api/live_lines';
import type { SocketState } from '../api/live_socket';
import { compareNs, nextNs, previousNs } from '../base/time';
import type { LogLine } from '../model/log_line';
import { makeGap, type Gap, type LineStore } from './line_store';

/** A hidden page has no frames, and takes its lines all the same. */
const hiddenPauseMs = 250;

export interface LiveEvents {
  onState(state: SocketState): void;
  onRefused(reason: string): void;
  /** Lines were put into the store; the newest of them, if there is one. */
  onLines(newest: LogLine | undefined): void;
}

export class LiveSession {
  private readonly live: LiveLines;
  private pending: LogLine[] = [];
  private pendingGap: Gap | null = null;
  private frame = 0;
  private timer = 0;
  private firstFrame = true;
  private matchedBefore = 0;
  private matchedNow = 0;

  constructor(
    private readonly store: LineStore,
    query: string,
    sinceNs: string,
    private readonly events: LiveEvents,
  ) {
    this.live = new LiveLines(query, sinceNs, {
      onResume: (fromNs) => {
        this.flush();
        this.store.expectAgain(fromNs);
        this.firstFrame = true;
        this.matchedBefore += this.matchedNow;
        this.matchedNow = 0;
      },
      onFrame: (frame) => this.take(frame),
      onState: (state) => events.onState(state),
      onRefused: (reason) => events.onRefused(reason),
    });
  }

  /** Lines that matched, over all connections. */
  get matched(): number {
    return this.matchedBefore + this.matchedNow;
  }

  dispose(): void {
    this.live.dispose();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
  }

  private take(frame: LiveFrame): void {
    this.matchedNow = frame.matched;
    // A connection begins with lines that are held already; if it does not, what is between was not sent.
    const last = this.pending.at(-1) ?? this.store.last();
    const first = frame.lines[0];
    if (this.firstFrame && first && last && !this.store.lettingGo && compareNs(first.ns, last.ns) > 0) {
      this.store.append(this.pending, makeGap(0, nextNs(last.ns), previousNs(first.ns)));
      this.pending = [];
    }
    if (first) this.firstFrame = false;
    for (const line of frame.lines) this.pending.push(line);
    if (frame.leftOut) {
      const { entries, unread, firstNs, lastNs } = frame.leftOut;
      const before = this.pendingGap;
      this.pendingGap = makeGap(
        (before?.gap ?? 0) + entries + unread,
        before?.fromNs ?? firstNs,
        lastNs,
        unread > 0 || before?.atMost,
      );
    }
    if (this.frame || this.timer) return;
    if (document.hidden) this.timer = window.setTimeout(() => this.flush(), hiddenPauseMs);
    else this.frame = requestAnimationFrame(() => this.flush());
  }

  private flush(): void {
    this.frame = this.timer = 0;
    const { pending, pendingGap } = this;
    this.pending = [];
    this.pendingGap = null;
    if (pending.length === 0 && !pendingGap) return;
    this.store.append(pending, pendingGap);
    // The first flush may come out of the constructor.
    this.live?.take(pending.length);
    this.events.onLines(pending.at(-1));
  }
}

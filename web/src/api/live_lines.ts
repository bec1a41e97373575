// Live lines of a query over /api/live. The server is told what was taken, so that a page that is behind
// gets counts instead of ever more lines. After a break it goes on from the last line it had.

import { makeLine, type Labels, type LogLine } from '../model/log_line';
import { array, object } from './types';
import { LiveSocket, type SocketState } from './live_socket';
import { compareNs } from '../base/time';

export interface LeftOut {
  /** Lines that matched. */
  entries: number;
  /** Lines that the server had no time to look at: some of them may have matched. */
  unread: number;
  firstNs: string;
  lastNs: string;
}
export interface LiveFrame {
  lines: LogLine[];
  /** All lines of this connection that matched so far, sent or left out. */
  matched: number;
  leftOut: LeftOut | null;
}

/** Label sets are few: one object for each, however many lines share it. */
const interned = new Map<string, Labels>();
function intern(labels: Labels): Labels {
  const key = JSON.stringify(labels);
  const held = interned.get(key);
  if (held) return held;
  if (interned.size > 20_000) interned.clear();
  interned.set(key, labels);
  return labels;
}

export function readLiveFrame(data: string): LiveFrame {
  const frame = object(JSON.parse(data), 'frame');
  const streams = array(frame.streams, 'streams').map((s) => intern(object(s, 'labels') as Labels));
  const lines = array(frame.lines, 'lines').map((item) => {
    const [stream, ns, text] = item as [number, string, string];
    return makeLine(ns, text, streams[stream] ?? {});
  });
  const out = frame.leftOut === undefined ? null : object(frame.leftOut, 'leftOut');
  return {
    lines,
    matched: Number(frame.matched),
    leftOut: out && {
      entries: Number(out.entries),
      unread: Number(out.unread ?? 0),
      firstNs: String(out.first),
      lastNs: String(out.last),
    },
  };
}

export interface LiveHandlers {
  /** A new connection: lines from here on may come again. */
  onResume(fromNs: string): void;
  onFrame(frame: LiveFrame): void;
  onState(state: SocketState): void;
  onRefused(reason: string): void;
}

/** Lines that a connection fetches of the past; more than that is a gap. */
const backlog = 5_000;
/** How far back a new connection looks for lines that were late. */
const overlapNs = 2_000_000_000n;

export class LiveLines {
  private readonly socket: LiveSocket;
  private lastNs: string;
  private taken = 0;

  constructor(query: string, sinceNs: string, handlers: LiveHandlers) {
    this.lastNs = sinceNs;
    this.socket = new LiveSocket(
      () => {
        const from = (BigInt(this.lastNs) - overlapNs).toString();
        handlers.onResume(from);
        this.taken = 0;
        return { path: '/api/live', params: { query, start: from, limit: String(backlog) } };
      },
      {
        onMessage: (data) => {
          const frame = readLiveFrame(data);
          for (const line of frame.lines) if (compareNs(line.ns, this.lastNs) > 0) this.lastNs = line.ns;
          handlers.onFrame(frame);
        },
        onState: handlers.onState,
        onRefused: handlers.onRefused,
      },
    );
  }

  /** Lines that the page has taken in: the server may send as many more. */
  take(lines: number): void {
    if (lines === 0) return;
    this.taken += lines;
    this.socket.send(`taken ${this.taken}`);
  }

  dispose(): void {
    this.socket.dispose();
  }
}

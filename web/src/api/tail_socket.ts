// Live lines over a WebSocket that comes back by itself. After a break it asks for everything since the last
// line it had; the receiver leaves out what it knows.

import { readTailFrame, type TailFrame } from './types';

export type TailState = 'connecting' | 'open' | 'waiting';

export interface TailHandlers {
  onFrame(frame: TailFrame): void;
  onState(state: TailState): void;
  /** The server closed with a reason: trying again would not help. */
  onRefused(reason: string): void;
}

const firstPauseMs = 500;
const longestPauseMs = 5_000;
/** Lines that a reconnect may fetch; more than that is a gap, which the page shows. */
const backlog = 5_000;

export class TailSocket {
  private socket: WebSocket | null = null;
  private timer = 0;
  private pause = firstPauseMs;
  private disposed = false;
  private lastNs: string;

  constructor(
    private readonly query: string,
    sinceNs: string,
    private readonly handlers: TailHandlers,
  ) {
    this.lastNs = sinceNs;
    this.open();
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.timer);
    this.socket?.close();
  }

  private open(): void {
    this.handlers.onState('connecting');
    const url = new URL('/loki/api/v1/tail', location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    url.searchParams.set('query', this.query);
    url.searchParams.set('start', this.lastNs);
    url.searchParams.set('limit', String(backlog));
    const socket = new WebSocket(url);
    this.socket = socket;
    socket.onopen = () => {
      this.pause = firstPauseMs;
      this.handlers.onState('open');
    };
    socket.onmessage = (event) => {
      const frame = readTailFrame(String(event.data));
      for (const line of frame.lines) if (line.ns > this.lastNs || line.ns.length > this.lastNs.length) this.lastNs = line.ns;
      this.handlers.onFrame(frame);
    };
    socket.onclose = (event) => {
      if (this.disposed) return;
      if (event.code === 1011) {
        this.disposed = true;
        this.handlers.onRefused(event.reason);
        return;
      }
      this.handlers.onState('waiting');
      this.timer = window.setTimeout(() => this.open(), this.pause);
      this.pause = Math.min(this.pause * 2, longestPauseMs);
    };
  }
}

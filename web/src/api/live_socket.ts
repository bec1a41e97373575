// A WebSocket that comes back by itself: what the live pages share.

import { doubtAccess } from './lost_access';

export type SocketState = 'connecting' | 'open' | 'waiting';

export interface SocketHandlers {
  onMessage(data: string): void;
  onState(state: SocketState): void;
  /** The server closed with a reason: trying again would not help. */
  onRefused?(reason: string): void;
}

const firstPauseMs = 500;
const longestPauseMs = 5_000;

export class LiveSocket {
  private socket: WebSocket | null = null;
  private timer = 0;
  private pause = firstPauseMs;
  private disposed = false;

  /** address is asked before each try: it may have to say from where to go on. */
  constructor(
    private readonly address: () => { path: string; params: Record<string, string> },
    private readonly handlers: SocketHandlers,
  ) {
    this.open();
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.timer);
    this.socket?.close();
  }

  send(text: string): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(text);
  }

  private open(): void {
    this.handlers.onState('connecting');
    const { path, params } = this.address();
    const url = new URL(path, location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value);
    const socket = new WebSocket(url);
    this.socket = socket;
    socket.onopen = () => {
      this.pause = firstPauseMs;
      this.handlers.onState('open');
    };
    socket.onmessage = (event) => {
      if (!this.disposed) this.handlers.onMessage(String(event.data));
    };
    socket.onclose = (event) => {
      if (this.disposed) return;
      if (event.code === 1011 && this.handlers.onRefused) {
        this.disposed = true;
        this.handlers.onRefused(event.reason);
        return;
      }
      this.handlers.onState('waiting');
      doubtAccess();
      this.timer = window.setTimeout(() => this.open(), this.pause);
      this.pause = Math.min(this.pause * 2, longestPauseMs);
    };
  }
}

// The pulse of all services, one for the whole page: tiles, histograms, ticker and status bar read it.

import {
  faults,
  pulseSnapshot,
  readFrame,
  type Fault,
  type Mark,
  type PulseFrame,
  type PulseSnapshot,
  type SeenError,
  type ServiceHead,
} from '../api/pulse';
import { LiveSocket, type SocketState } from '../api/live_socket';
import { CountRing } from '../base/count_ring';
import { errorLevels, levels } from '../model/level';

export interface ServicePulse extends ServiceHead {
  seconds: CountRing;
  minutes: CountRing;
}

const heldErrors = 20;
const leastResyncMs = 5_000;
const faultsRefreshMs = 15_000;
/** Rates are those of so many whole seconds. */
const rateSeconds = 5;

export class PulseState {
  services = $state.raw<ServicePulse[]>([]);
  errors = $state.raw<SeenError[]>([]);
  errorsNotShown = $state(0);
  marks = $state.raw<Mark[]>([]);
  faults = $state.raw<Fault[]>([]);
  agents = $state.raw<[number, number, number]>([0, 0, 0]);
  socket = $state<SocketState>('connecting');
  /** Grows with every change of the counts. */
  version = $state(0);
  ready = $state(false);
  /** Of the day by the minute, loaded when it is wanted. */
  minutesReady = $state(false);
  /** Server's clock minus this browser's. */
  offsetMs = $state(0);

  private live: LiveSocket | null = null;
  private byId = new Map<number, ServicePulse>();
  private resyncTimer = 0;
  private lastResync = 0;
  private faultsSeen = -1;
  private faultsTimer = 0;

  start(): void {
    if (this.live) return;
    this.live = new LiveSocket(() => ({ path: '/api/pulse', params: {} }), {
      onMessage: (data) => this.take(readFrame(data)),
      onState: (state) => {
        this.socket = state;
        if (state === 'open') this.resync(0);
      },
    });
    this.faultsTimer = window.setInterval(() => void this.loadFaults(), faultsRefreshMs);
  }

  stop(): void {
    this.live?.dispose();
    this.live = null;
    clearInterval(this.faultsTimer);
    clearTimeout(this.resyncTimer);
  }

  /** The server's time now, in ms. */
  now(): number {
    return Date.now() + this.offsetMs;
  }

  private second(): number {
    return Math.floor(this.now() / 1000);
  }

  /** Lines a second, of the last whole seconds. */
  rate(service: ServicePulse): number {
    const second = this.second();
    return service.seconds.sum(second - rateSeconds, second - 1) / rateSeconds;
  }
  totalRate(): number {
    return this.services.reduce((sum, service) => sum + this.rate(service), 0);
  }
  errorsPerMinute(service: ServicePulse): number {
    const second = this.second();
    return service.seconds.sum(second - 59, second, errorLevels);
  }
  /** Far more errors than usual in the last ten seconds. */
  bursts(service: ServicePulse): boolean {
    const second = this.second();
    const now = service.seconds.sum(second - 9, second, errorLevels);
    const before = service.seconds.sum(second - 309, second - 10, errorLevels) / 30;
    return now >= 5 && now > 4 * before;
  }
  /** The label that a query selects the service by. */
  labelOf(name: string): string {
    return this.services.find((s) => s.name === name)?.label || 'service_name';
  }

  async loadMinutes(): Promise<void> {
    const snapshot = await pulseSnapshot(true);
    for (const one of snapshot.services) {
      const service = this.service(one);
      service.minutes.clear();
      fill(service.minutes, one.cells);
    }
    this.minutesReady = true;
    this.version++;
  }

  async loadFaults(): Promise<void> {
    try {
      this.faults = await faults();
    } catch {
      // The next try is soon.
    }
  }

  private service(head: ServiceHead): ServicePulse {
    let service = this.byId.get(head.id);
    if (!service || service.name !== head.name) {
      service = { ...head, seconds: new CountRing(900, levels.length), minutes: new CountRing(1440, levels.length) };
      this.byId.set(head.id, service);
    }
    Object.assign(service, {
      hosts: head.hosts,
      lastMs: head.lastMs,
      usualGapMs: head.usualGapMs,
      silence: head.silence,
    });
    return service;
  }

  private list(): void {
    this.services = [...this.byId.values()].sort((a, b) => a.name.localeCompare(b.name));
    this.version++;
  }

  /** Asks for everything; not more often than every few seconds. */
  private resync(waitMs: number): void {
    clearTimeout(this.resyncTimer);
    const wait = Math.max(waitMs, this.lastResync + leastResyncMs - Date.now(), 0);
    this.resyncTimer = window.setTimeout(async () => {
      this.lastResync = Date.now();
      try {
        this.takeSnapshot(await pulseSnapshot(false));
        void this.loadFaults();
      } catch {
        if (this.live) this.resync(leastResyncMs);
      }
    }, wait);
  }

  private takeSnapshot(snapshot: PulseSnapshot): void {
    this.offsetMs = snapshot.nowMs - Date.now();
    // The server may have begun anew with other numbers.
    const known = new Map(snapshot.services.map((one) => [one.id, one.name]));
    for (const [id, service] of this.byId) if (known.get(id) !== service.name) this.byId.delete(id);
    for (const one of snapshot.services) {
      const service = this.service(one);
      service.seconds.clear();
      fill(service.seconds, one.cells);
    }
    this.errors = snapshot.errors;
    this.marks = snapshot.marks;
    this.faultsSeen = snapshot.newFaults;
    this.ready = true;
    this.list();
  }

  private take(frame: PulseFrame): void {
    if (!this.ready) return;
    this.offsetMs = frame.nowMs - Date.now();
    for (const head of frame.services) this.service(head);
    for (let i = 0; i + 3 < frame.cells.length; i += 4) {
      this.byId.get(frame.cells[i]!)?.seconds.set(frame.cells[i + 1]!, frame.cells[i + 2]!, frame.cells[i + 3]!);
    }
    for (const [id, ms] of Object.entries(frame.last)) {
      const service = this.byId.get(Number(id));
      if (service) service.lastMs = ms;
    }
    for (const [id, silence] of Object.entries(frame.silence)) {
      const service = this.byId.get(Number(id));
      if (service) service.silence = silence;
    }
    const held = new Set(this.errors.map((e) => e.number));
    const fresh = frame.errors.filter((e) => !held.has(e.number));
    if (fresh.length > 0) this.errors = [...this.errors, ...fresh].slice(-heldErrors);
    this.errorsNotShown = frame.errorsMore;
    if (frame.marks.length > 0) this.marks = [...this.marks, ...frame.marks];
    if (frame.newFaults !== this.faultsSeen) {
      this.faultsSeen = frame.newFaults;
      void this.loadFaults();
    }
    if (frame.agents.join() !== this.agents.join()) this.agents = frame.agents;
    if (frame.stale) this.resync(1_000);
    this.list();
  }
}

function fill(ring: CountRing, cells: number[]): void {
  for (let i = 0; i + 2 < cells.length; i += 3) ring.set(cells[i]!, cells[i + 1]!, cells[i + 2]!);
}

export const pulse = new PulseState();

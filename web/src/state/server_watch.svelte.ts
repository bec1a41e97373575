// What the server says of itself, one for the whole page: status bar, services, alerts and openings read it.

import { serverStatus, volumes } from '../api/client';
import type { ServerStatus } from '../api/types';
import { bytesOfADay, forecast, type Forecast } from '../model/forecast';
import { pulse } from './pulse.svelte';

const statusEveryMs = 10_000;
const volumeEveryMs = 600_000;
const day = 864e5;

class ServerWatch {
  status = $state.raw<ServerStatus | null>(null);
  offline = $state(false);
  /** Of lines, at the rate of the last day; null: not counted yet. */
  bytesADay = $state<number | null>(null);
  /** How long the disk lasts; null: not known yet. */
  readonly plan: Forecast | null = $derived.by(() => {
    const s = this.status;
    if (!s || this.bytesADay === null) return null;
    const ratio = s.fileLineBytes > 0 ? s.fileBytes / s.fileLineBytes : null;
    return forecast({
      bytesADay: this.bytesADay,
      ratio,
      fileBytes: s.fileBytes,
      diskFree: s.diskFree,
      retentionMs: s.retentionMs,
    });
  });

  /** Free share of the disk; null: not known. */
  readonly diskShare: number | null = $derived(
    this.status && this.status.diskTotal > 0 ? this.status.diskFree / this.status.diskTotal : null,
  );

  private timer = 0;
  private countedMs = -Infinity;

  start(): void {
    if (this.timer) return;
    void this.ask();
    this.timer = window.setInterval(() => void this.ask(), statusEveryMs);
  }
  stop(): void {
    clearInterval(this.timer);
    this.timer = 0;
  }

  async ask(): Promise<void> {
    try {
      this.status = await serverStatus();
      this.offline = false;
      await this.count();
    } catch {
      this.offline = true;
    }
  }

  private async count(): Promise<void> {
    const now = pulse.now();
    if (now - this.countedMs < volumeEveryMs) return;
    this.countedMs = now;
    const bytes = await volumes('service_name', { fromMs: now - day, toMs: now });
    const sum = [...bytes.values()].reduce((a, b) => a + b, 0);
    this.bytesADay = bytesOfADay(sum, now, this.status?.oldestMs ?? 0);
    // Nothing came yet: it soon may.
    if (sum === 0) this.countedMs = now - volumeEveryMs + statusEveryMs;
  }
}

export const serverWatch = new ServerWatch();

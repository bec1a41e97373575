// What is known of one opening: counts around T0, the first line of each service after it, and the curve of
// the opening before as a ghost.

import { queryInstant, queryLines, queryMatrix } from '../api/client';
import { msOfNs, nsOfMs } from '../base/time';
import { afterMs, beforeMs, emptyStrip, stripsOf, type Opening, type Strip } from '../model/opening';
import { levels } from '../model/level';
import type { LogLine } from '../model/log_line';
import { quote } from '../model/query';
import { escapeRegex } from '../model/regex';
import { pulse } from './pulse.svelte';

const pollMs = 1_000;
/** Counts still change for a while after the last second: late lines. */
const settleMs = 20_000;
/** How long after T0 first lines and successes are looked for. */
const lookAfterMs = 3_600_000;
const shownSuccesses = 20;

export class OpeningWatch {
  strips = $state.raw(new Map<string, Strip>());
  ghost = $state.raw(new Map<string, Strip>());
  firstLines = $state.raw(new Map<string, number>());
  error = $state('');
  /** Lines that say that a sale succeeded, newest first; after T0, of an hour. */
  successes = $state.raw<LogLine[]>([]);
  successCount = $state(0);
  /** ms after T0; null: none yet. */
  firstSuccessMs = $state<number | null>(null);

  private abort = new AbortController();
  private timer = 0;
  private busy = false;

  constructor(
    readonly opening: Opening,
    readonly services: string[],
    readonly stepMs: number,
    ghostOf: number | null,
  ) {
    void this.load();
    if (ghostOf !== null) void this.loadGhost(ghostOf);
    this.timer = window.setInterval(() => void this.load(), pollMs);
  }

  dispose(): void {
    clearInterval(this.timer);
    this.abort.abort();
  }

  private async load(): Promise<void> {
    const now = pulse.now();
    const { atMs } = this.opening;
    if (this.busy || now < atMs - beforeMs) return;
    const settled = now > (this.opening.success ? atMs + lookAfterMs : atMs + afterMs) + settleMs;
    if (settled && this.strips.size > 0 && this.firstLines.size > 0) return clearInterval(this.timer);
    this.busy = true;
    try {
      // By the second the pulse has it already, as long as it reaches back to the beginning.
      this.strips =
        this.stepMs === 1_000 && now - (atMs - beforeMs) < 880_000 ? this.fromPulse() : await this.ask(atMs);
      if (now >= atMs) await Promise.all([this.askFirstLines(), this.askSuccesses(now)]);
      this.error = '';
    } catch (error) {
      if (!this.abort.signal.aborted) this.error = String(error instanceof Error ? error.message : error);
    } finally {
      this.busy = false;
    }
  }

  private fromPulse(): Map<string, Strip> {
    const first = Math.round((this.opening.atMs - beforeMs) / 1000);
    const out = new Map<string, Strip>();
    for (const service of pulse.services) {
      const strip = emptyStrip(1_000);
      strip.forEach((bucket, i) => {
        const counts = service.seconds.at(first + i);
        if (counts) for (let level = 0; level < levels.length; level++) bucket.counts[level] = counts[level]!;
      });
      out.set(service.name, strip);
    }
    return out;
  }

  private async ask(atMs: number): Promise<Map<string, Strip>> {
    const selector = this.selector();
    const window = this.stepMs >= 1000 ? `${this.stepMs / 1000}s` : `${this.stepMs}ms`;
    const range = { fromMs: atMs - beforeMs + this.stepMs, toMs: atMs + afterMs };
    const answer = await queryMatrix(
      `sum by (service_name, level, detected_level) (count_over_time(${selector} [${window}]))`,
      range,
      this.stepMs / 1000,
      this.abort.signal,
    );
    return stripsOf(answer.series, atMs, this.stepMs);
  }

  private async loadGhost(atMs: number): Promise<void> {
    try {
      this.ghost = await this.ask(atMs);
    } catch {
      // Without a ghost the page says what it says anyway.
    }
  }

  private selector(): string {
    return `{service_name=~${quote(this.services.map(escapeRegex).join('|') || '.+')}}`;
  }

  private async askSuccesses(now: number): Promise<void> {
    const words = this.opening.success?.trim();
    if (!words) return;
    const { atMs } = this.opening;
    const query = `${this.selector()} |= ${quote(words)}`;
    const endMs = Math.min(now, atMs + lookAfterMs);
    const { signal } = this.abort;
    const seconds = Math.max(1, Math.ceil((endMs - atMs) / 1000));
    const [newest, first, count] = await Promise.all([
      queryLines(query, nsOfMs(atMs), nsOfMs(endMs + 1), shownSuccesses, 'backward', signal),
      this.firstSuccessMs === null ? queryLines(query, nsOfMs(atMs), nsOfMs(endMs + 1), 1, 'forward', signal) : null,
      queryInstant(`sum(count_over_time(${query} [${seconds}s]))`, atMs + seconds * 1000, signal),
    ]);
    this.successes = newest.lines;
    this.successCount = count.series[0]?.samples[0]?.value ?? 0;
    const line = first?.lines[0];
    if (line) this.firstSuccessMs = msOfNs(line.ns) - atMs;
  }

  private async askFirstLines(): Promise<void> {
    const { atMs } = this.opening;
    const open = this.services.filter((name) => !this.firstLines.has(name));
    const found = await Promise.all(
      open.map(async (name) => {
        const answer = await queryLines(
          `{${pulse.labelOf(name)}=${quote(name)}}`,
          nsOfMs(atMs),
          nsOfMs(atMs + lookAfterMs),
          1,
          'forward',
          this.abort.signal,
        );
        return [name, answer.lines[0]] as const;
      }),
    );
    const next = new Map(this.firstLines);
    for (const [name, line] of found) if (line) next.set(name, msOfNs(line.ns) - atMs);
    this.firstLines = next;
  }
}

// What is known of one opening: counts around T0, what the server says came of it, and the curve of the opening
// before as a ghost.

import { queryLines, queryMatrix } from '../api/client';
import { openingOutcome } from '../api/opening';
import { nsOfMs } from '../base/time';
import {
  afterMs,
  beforeMs,
  emptyStrip,
  stripsOf,
  type Opening,
  type OpeningOutcome,
  type Strip,
} from '../model/opening';
import { levels } from '../model/level';
import type { LogLine } from '../model/log_line';
import { quote } from '../model/query';
import { escapeRegex } from '../model/regex';
import { pulse } from './pulse.svelte';
import { errorText } from './rights';

const pollMs = 1_000;
/** What came of it is asked for less often: the server looks it up for each browser. */
const outcomeMs = { running: 2_000, over: 10_000 };
/** Counts still change for a while after the last second: late lines. */
const settleMs = 20_000;
/** How long after T0 first lines and successes are looked for. */
const lookAfterMs = 3_600_000;
const shownSuccesses = 20;

export class OpeningWatch {
  strips = $state.raw(new Map<string, Strip>());
  ghost = $state.raw(new Map<string, Strip>());
  outcome = $state.raw<OpeningOutcome | null>(null);
  error = $state('');
  /** Lines that say that a sale succeeded, newest first; after T0, of an hour. */
  successes = $state.raw<LogLine[]>([]);

  private abort = new AbortController();
  private timer = 0;
  private busy = false;
  private nextOutcomeMs = 0;

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
    if (settled && this.strips.size > 0 && this.outcome) return clearInterval(this.timer);
    this.busy = true;
    try {
      // By the second the pulse has it already, as long as it reaches back to the beginning.
      this.strips =
        this.stepMs === 1_000 && now - (atMs - beforeMs) < 880_000 ? this.fromPulse() : await this.ask(atMs);
      if (now >= atMs) await Promise.all([this.askOutcome(), this.askSuccesses(now)]);
      this.error = '';
    } catch (error) {
      if (!this.abort.signal.aborted) this.error = errorText(error);
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
    this.successes = (
      await queryLines(query, nsOfMs(atMs), nsOfMs(endMs + 1), shownSuccesses, 'backward', signal)
    ).lines;
  }

  private async askOutcome(): Promise<void> {
    const now = pulse.now();
    if (now < this.nextOutcomeMs) return;
    this.nextOutcomeMs = now + (now < this.opening.atMs + afterMs ? outcomeMs.running : outcomeMs.over);
    this.outcome = await openingOutcome(this.opening, this.abort.signal);
  }
}

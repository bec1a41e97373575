// Openings that were entered, and their reports; kept in this browser.

import type { Opening } from '../model/opening';

const storageKey = 'logsvc.openings';
const reportsKey = 'logsvc.openingReports';

function load<T>(key: string, good: (value: unknown) => boolean): T[] {
  try {
    const held = JSON.parse(localStorage.getItem(key) ?? '[]') as unknown;
    return Array.isArray(held) ? (held.filter(good) as T[]) : [];
  } catch {
    return [];
  }
}

export interface OpeningReport {
  name: string;
  atMs: number;
  markdown: string;
}

class Openings {
  list = $state<Opening[]>(load<Opening>(storageKey, (v) => Number.isFinite((v as Opening)?.atMs) && Array.isArray((v as Opening)?.services)));
  reports = $state<OpeningReport[]>(load<OpeningReport>(reportsKey, (v) => typeof (v as OpeningReport)?.markdown === 'string'));

  add(opening: Opening): void {
    this.list = [...this.list.filter((o) => o.atMs !== opening.atMs), opening].sort((a, b) => a.atMs - b.atMs);
    this.keep();
  }
  remove(atMs: number): void {
    this.list = this.list.filter((o) => o.atMs !== atMs);
    this.keep();
  }
  /** The next one; one that began is current for a quarter of an hour, unless another is nearer. */
  current(nowMs: number): Opening | undefined {
    const near = this.list.filter((o) => o.atMs > nowMs - 15 * 60_000);
    return near.sort((a, b) => Math.abs(a.atMs - nowMs) - Math.abs(b.atMs - nowMs))[0] ?? this.list.at(-1);
  }
  /** The one before. */
  before(opening: Opening): Opening | undefined {
    return this.list.findLast((o) => o.atMs < opening.atMs);
  }
  addReport(report: OpeningReport): void {
    if (this.reports.some((r) => r.atMs === report.atMs)) return;
    this.reports = [...this.reports, report].slice(-50);
    localStorage.setItem(reportsKey, JSON.stringify(this.reports));
  }
  private keep(): void {
    localStorage.setItem(storageKey, JSON.stringify(this.list));
  }
}

export const openings = new Openings();

// Openings and their reports, which the whole team has. Those that an earlier release kept in this browser are given
// to the server once.

import type { Opening } from '../model/opening';
import { session } from './session.svelte';
import { shared } from './shared.svelte';

const oldKeys = { openings: 'logsvc.openings', reports: 'logsvc.openingReports' } as const;

interface OldReport {
  name: string;
  atMs: number;
  markdown: string;
}

function held<T>(key: string, good: (value: T) => boolean): T[] {
  try {
    const value = JSON.parse(localStorage.getItem(key) ?? '[]') as T[];
    return Array.isArray(value) ? value.filter(good) : [];
  } catch {
    return [];
  }
}

const openingItem = (o: Opening) => ({
  kind: 'openings' as const,
  item: {
    id: String(o.atMs),
    name: o.name,
    atMs: o.atMs,
    services: o.services,
    ...(o.success && { success: o.success }),
  },
});
const reportItem = (r: OldReport) => ({
  kind: 'reports' as const,
  item: { id: String(r.atMs), name: r.name, atMs: r.atMs, markdown: r.markdown },
});

class Openings {
  /** Entered here, and not yet taken by the server. */
  private pending = $state<Opening[]>([]);
  list = $derived(
    [...shared.state.openings.filter((o) => !this.pending.some((p) => p.atMs === o.atMs)), ...this.pending].sort(
      (a, b) => a.atMs - b.atMs,
    ),
  );
  reports = $derived(shared.state.reports);

  constructor() {
    shared.whenReady(() => void this.giveOldOnes());
  }

  add(opening: Opening): void {
    this.pending = [...this.pending.filter((o) => o.atMs !== opening.atMs), opening];
    void shared.change({ put: [openingItem(opening)] }).then((taken) => {
      if (taken) this.pending = this.pending.filter((o) => o !== opening && o.atMs !== opening.atMs);
    });
  }
  remove(atMs: number): void {
    this.pending = this.pending.filter((o) => o.atMs !== atMs);
    void shared.change({ remove: [{ kind: 'openings', id: String(atMs) }] });
  }
  removeReport(atMs: number): void {
    void shared.change({ remove: [{ kind: 'reports', id: String(atMs) }] });
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
  private async giveOldOnes(): Promise<void> {
    if (!session.may('operate')) return;
    const openings = held<Opening>(oldKeys.openings, (o) => Number.isFinite(o?.atMs) && Array.isArray(o?.services));
    const reports = held<OldReport>(
      oldKeys.reports,
      (r) => Number.isFinite(r?.atMs) && typeof r?.markdown === 'string' && r.markdown !== '',
    );
    const put = [
      ...openings
        .filter((o) => !shared.state.openings.some((s) => s.atMs === o.atMs))
        .map((o) => openingItem({ ...o, name: String(o.name ?? '') })),
      ...reports
        .filter((r) => !shared.state.reports.some((s) => s.atMs === r.atMs))
        .map((r) => reportItem({ ...r, name: String(r.name ?? '') })),
    ];
    if (put.length > 0 && !(await shared.change({ put }))) return;
    for (const key of Object.values(oldKeys)) localStorage.removeItem(key);
  }
}

export const openings = new Openings();

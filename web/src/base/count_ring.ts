/** Counts by level in buckets of one width, for the newest stretch of time; buckets are absolute numbers (ms / width). */
export class CountRing {
  private readonly slots: { bucket: number; counts: Uint32Array }[];

  constructor(
    readonly size: number,
    private readonly levels: number,
  ) {
    this.slots = Array.from({ length: size }, () => ({ bucket: -Infinity, counts: new Uint32Array(levels) }));
  }

  private slot(bucket: number) {
    return this.slots[((bucket % this.size) + this.size) % this.size]!;
  }

  /** Replaces what is known of a bucket from this level on; older buckets than the place holds are left out. */
  set(bucket: number, level: number, n: number): void {
    const slot = this.slot(bucket);
    if (slot.bucket > bucket) return;
    if (slot.bucket < bucket) {
      slot.bucket = bucket;
      slot.counts.fill(0);
    }
    if (level < this.levels) slot.counts[level] = n;
  }

  at(bucket: number): Uint32Array | undefined {
    const slot = this.slot(bucket);
    return slot.bucket === bucket ? slot.counts : undefined;
  }

  /** Of buckets [first, last]; `upTo` levels from the worst on. */
  sum(first: number, last: number, upTo = this.levels): number {
    let total = 0;
    for (let bucket = first; bucket <= last; bucket++) {
      const counts = this.at(bucket);
      if (counts) for (let level = 0; level < upTo; level++) total += counts[level]!;
    }
    return total;
  }

  clear(): void {
    for (const slot of this.slots) slot.bucket = -Infinity;
  }
}

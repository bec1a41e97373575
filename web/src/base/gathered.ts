/** Counts things and tells the sum, not more often than a listener can take in: soon, then every few seconds. */
export class Gathered {
  private counts: number[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private lastMs = -Infinity;

  /** tell: the sums since it was told before; null: new ones are being gathered, what was told is old. */
  constructor(
    private readonly tell: (sums: number[] | null) => void,
    private readonly soonMs = 1_000,
    private readonly everyMs = 5_000,
  ) {}

  add(...counts: number[]): void {
    this.counts = counts.map((n, i) => n + (this.counts[i] ?? 0));
    if (this.timer !== undefined) return;
    const wait = Math.max(this.soonMs, this.lastMs + this.everyMs - performance.now());
    this.tell(null);
    this.timer = setTimeout(() => {
      const sums = this.counts;
      this.counts = [];
      this.timer = undefined;
      this.lastMs = performance.now();
      this.tell(sums);
    }, wait);
  }

  dispose(): void {
    clearTimeout(this.timer);
  }
}

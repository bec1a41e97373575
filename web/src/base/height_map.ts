/**
 * Heights of rows that are numbered by ever-growing (or, in front, falling) sequence numbers, at most `cap`
 * at a time: sums and "which row is at this offset" in logarithmic time. A Fenwick tree over a ring.
 */
export class HeightMap {
  private readonly tree: Float64Array;
  private readonly heights: Float64Array;
  private readonly size: number;

  constructor(cap: number) {
    let size = 1;
    while (size < cap + 1) size *= 2;
    this.size = size;
    this.tree = new Float64Array(size + 1);
    this.heights = new Float64Array(size);
  }

  private place(seq: number): number {
    return ((seq % this.size) + this.size) % this.size;
  }

  get(seq: number): number {
    return this.heights[this.place(seq)]!;
  }

  set(seq: number, height: number): void {
    const place = this.place(seq);
    const change = height - this.heights[place]!;
    if (change === 0) return;
    this.heights[place] = height;
    for (let i = place + 1; i <= this.size; i += i & -i) this.tree[i]! += change;
  }

  private prefix(places: number): number {
    let sum = 0;
    for (let i = places; i > 0; i -= i & -i) sum += this.tree[i]!;
    return sum;
  }

  /** Of rows [from, to). */
  sum(from: number, to: number): number {
    if (to <= from) return 0;
    const [a, b] = [this.place(from), this.place(to)];
    const whole = a < b ? this.prefix(b) - this.prefix(a) : this.prefix(this.size) - this.prefix(a) + this.prefix(b);
    return whole;
  }

  /** The row at an offset from the top of `from`, among `count` rows. */
  at(from: number, count: number, offset: number): number {
    if (offset <= 0 || count <= 0) return from;
    const start = this.place(from);
    const before = this.prefix(start);
    const untilEnd = this.prefix(this.size) - before;
    const wraps = offset >= untilEnd;
    let rest = wraps ? offset - untilEnd : offset + before;
    let place = 0;
    for (let step = this.size; step > 0; step >>= 1) {
      if (place + step <= this.size && this.tree[place + step]! <= rest) {
        place += step;
        rest -= this.tree[place]!;
      }
    }
    const index = wraps ? this.size - start + place : place - start;
    return from + Math.min(Math.max(0, index), count - 1);
  }

  clear(): void {
    this.tree.fill(0);
    this.heights.fill(0);
  }
}

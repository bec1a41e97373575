/** A list with a cap: pushing beyond it takes from the front, counted. Index 0 is the oldest. */
export class RingBuffer<T> {
  private items: (T | undefined)[] = new Array<T | undefined>(16).fill(undefined);
  private head = 0;
  private count = 0;
  /** Taken from the front so far. */
  trimmed = 0;

  constructor(readonly cap: number) {}

  get length(): number {
    return this.count;
  }

  at(index: number): T | undefined {
    return index < 0 || index >= this.count ? undefined : this.items[this.place(index)];
  }

  /** What was taken from the front to make room. */
  push(added: readonly T[]): T[] {
    this.reserve(this.count + added.length);
    for (const item of added) this.items[this.place(this.count++)] = item;
    return this.shift(Math.max(0, this.count - this.cap));
  }

  /** Takes n from the front, counted. */
  shift(n: number): T[] {
    const taken: T[] = [];
    for (let i = 0; i < n && this.count > 0; i++) {
      taken.push(this.items[this.head]!);
      this.items[this.head] = undefined;
      this.head = this.place(1);
      this.count--;
    }
    this.trimmed += taken.length;
    return taken;
  }

  /** Takes n from the end, the newest last. */
  pop(n: number): T[] {
    const taken: T[] = [];
    for (let i = 0; i < n && this.count > 0; i++) {
      const place = this.place(--this.count);
      taken.push(this.items[place]!);
      this.items[place] = undefined;
    }
    return taken.reverse();
  }

  /** Puts older ones in front, as far as there is room; how many. */
  prepend(older: readonly T[]): number {
    const room = Math.max(0, Math.min(this.cap - this.count, older.length));
    this.reserve(this.count + room);
    for (let i = 0; i < room; i++) {
      this.head = this.place(-1);
      this.items[this.head] = older[older.length - 1 - i];
      this.count++;
    }
    return room;
  }

  /** Puts others in the place of one. */
  replace(index: number, others: readonly T[]): void {
    const behind = this.pop(this.count - index - 1);
    this.pop(1);
    this.reserve(this.count + others.length + behind.length);
    for (const item of others) this.items[this.place(this.count++)] = item;
    for (const item of behind) this.items[this.place(this.count++)] = item;
  }

  clear(): void {
    this.items = new Array<T | undefined>(16).fill(undefined);
    this.head = this.count = this.trimmed = 0;
  }

  /** The size is a power of two. */
  private place(index: number): number {
    return (this.head + index) & (this.items.length - 1);
  }

  private reserve(wanted: number): void {
    let size = this.items.length;
    if (wanted <= size) return;
    while (size < wanted) size *= 2;
    const grown = new Array<T | undefined>(size).fill(undefined);
    for (let i = 0; i < this.count; i++) grown[i] = this.items[this.place(i)];
    this.items = grown;
    this.head = 0;
  }
}

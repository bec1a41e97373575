/** A list with a cap: pushing beyond it takes from the front, counted. Index 0 is the oldest. */
export class RingBuffer<T> {
  private items: (T | undefined)[] = [];
  private first = 0;
  /** Taken from the front so far. */
  trimmed = 0;

  constructor(readonly cap: number) {}

  get length(): number {
    return this.items.length - this.first;
  }

  at(index: number): T | undefined {
    return index < 0 ? undefined : this.items[this.first + index];
  }

  /** What was taken from the front to make room. */
  push(added: readonly T[]): T[] {
    for (const item of added) this.items.push(item);
    return this.shift(Math.max(0, this.length - this.cap));
  }

  /** Takes n from the front, counted. */
  shift(n: number): T[] {
    const taken = this.items.slice(this.first, this.first + n) as T[];
    for (let i = 0; i < n; i++) this.items[this.first + i] = undefined;
    this.first += n;
    this.trimmed += n;
    if (this.first > 4096 && this.first > this.items.length / 2) {
      this.items = this.items.slice(this.first);
      this.first = 0;
    }
    return taken;
  }

  /** Puts older ones in front, as far as there is room; how many. */
  prepend(older: readonly T[]): number {
    const room = Math.max(0, this.cap - this.length);
    const taken = room < older.length ? older.slice(older.length - room) : older;
    this.items = [...taken, ...this.items.slice(this.first)];
    this.first = 0;
    return taken.length;
  }

  /** Puts others in the place of one. */
  replace(index: number, others: readonly T[]): void {
    const at = this.first + index;
    this.items = [...this.items.slice(0, at), ...others, ...this.items.slice(at + 1)];
  }

  clear(): void {
    this.items = [];
    this.first = 0;
    this.trimmed = 0;
  }
}

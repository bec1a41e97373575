// Where the rows of the list are: heights by row, and how they lie in an element that browsers do not let grow
// beyond a few million pixels.

import { HeightMap } from '../../base/height_map';

/** Less than any height. */
const edge = 1e-6;
/** Beyond this the element stands for more pixels than it has. */
const maxElementHeight = 8_000_000;

export class Geometry {
  private readonly heights: HeightMap;
  /** The sequence number of the first row. */
  first = 0;
  count = 0;

  /** mirrored: the last row lies on top. Rows keep their numbers; only offsets are seen from the other end. */
  constructor(
    cap: number,
    public mirrored = false,
  ) {
    this.heights = new HeightMap(cap);
  }

  get total(): number {
    return this.heights.sum(this.first, this.first + this.count);
  }

  get elementHeight(): number {
    return Math.min(maxElementHeight, this.total);
  }

  append(heights: readonly number[]): void {
    for (const height of heights) this.heights.set(this.first + this.count++, height);
  }

  prepend(heights: readonly number[]): void {
    for (let i = heights.length - 1; i >= 0; i--) {
      this.heights.set(--this.first, heights[i]!);
      this.count++;
    }
  }

  trim(n: number): void {
    for (let i = 0; i < n; i++) this.heights.set(this.first + i, 0);
    this.first += n;
    this.count -= n;
  }

  pop(n: number): void {
    for (let i = 0; i < n; i++) this.heights.set(this.first + --this.count, 0);
  }

  reset(heights: readonly number[]): void {
    this.heights.clear();
    this.first = 0;
    this.count = 0;
    this.append(heights);
  }

  height(index: number): number {
    return this.heights.get(this.first + index);
  }

  setHeight(index: number, height: number): void {
    this.heights.set(this.first + index, height);
  }

  top(index: number): number {
    if (this.mirrored) return this.heights.sum(this.first + index + 1, this.first + this.count);
    return this.heights.sum(this.first, this.first + index);
  }

  /** The row at an offset from the top of all rows. */
  indexAt(offset: number): number {
    // A row's lower edge, seen from the other end, is where the one below begins.
    const fromFirst = this.mirrored ? this.total - Math.max(0, offset) - edge : offset;
    return this.heights.at(this.first, this.count, fromFirst) - this.first;
  }

  /** Rows' pixels above the view when the element is scrolled to scrollTop. */
  offsetOf(scrollTop: number, viewHeight: number): number {
    const total = this.total;
    if (total <= maxElementHeight) return scrollTop;
    return (scrollTop / Math.max(1, maxElementHeight - viewHeight)) * (total - viewHeight);
  }

  scrollTopOf(offset: number, viewHeight: number): number {
    const total = this.total;
    if (total <= maxElementHeight) return offset;
    return (offset / Math.max(1, total - viewHeight)) * (maxElementHeight - viewHeight);
  }
}

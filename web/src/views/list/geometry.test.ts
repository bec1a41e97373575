import { describe, expect, it } from 'vitest';
import { Geometry } from './geometry';

/** Tops by adding up, in the order that rows are seen. */
function topsOf(heights: number[], mirrored: boolean): number[] {
  const tops: number[] = [];
  let top = 0;
  const order = heights.map((_, i) => (mirrored ? heights.length - 1 - i : i));
  for (const i of order) {
    tops[i] = top;
    top += heights[i]!;
  }
  return tops;
}

describe.each([false, true])('where rows are, the last one on top: %s', (mirrored) => {
  it('agrees with adding up, after appending, prepending and trimming', () => {
    const geometry = new Geometry(64, mirrored);
    let heights = [20, 30, 10];
    geometry.reset(heights);
    const more = [22, 44, 22.5, 18];
    geometry.append(more);
    heights.push(...more);
    geometry.prepend([15, 25]);
    heights = [15, 25, ...heights];
    geometry.trim(1);
    heights.shift();
    geometry.pop(2);
    heights.splice(-2);
    const tops = topsOf(heights, mirrored);
    heights.forEach((height, i) => {
      expect(geometry.top(i)).toBeCloseTo(tops[i]!);
      expect(geometry.indexAt(tops[i]!)).toBe(i);
      expect(geometry.indexAt(tops[i]! + height - 0.01)).toBe(i);
    });
    const lowest = mirrored ? 0 : heights.length - 1;
    expect(geometry.indexAt(geometry.total + 100)).toBe(lowest);
    expect(geometry.indexAt(-5)).toBe(heights.length - 1 - lowest);
  });
});

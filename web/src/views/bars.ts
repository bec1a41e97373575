// Stacked bars by level on a canvas: the one way in which histograms, tiles and strips are drawn.

import { levels } from '../model/level';

export interface Bar {
  /** Left edge and width in the canvas's own pixels. */
  x: number;
  width: number;
  /** By level, worst first. */
  counts: ArrayLike<number>;
}

export interface BarsOptions {
  width: number;
  height: number;
  /** The count that reaches the top; 0: the largest bar's. */
  top?: number;
  /** Drawn in grey behind: outlines of another time. */
  ghost?: { x: number; width: number; count: number }[];
}

export function totalOf(counts: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i] ?? 0;
  return total;
}

/** Draws and returns the count at the top. */
export function drawBars(canvas: HTMLCanvasElement, bars: readonly Bar[], options: BarsOptions): number {
  const { width, height } = options;
  const scale = devicePixelRatio || 1;
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  const context = canvas.getContext('2d');
  if (!context) return 0;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  const style = getComputedStyle(canvas);
  const ghostMost = Math.max(0, ...(options.ghost ?? []).map((g) => g.count));
  const most = options.top || Math.max(1, ghostMost, ...bars.map((bar) => totalOf(bar.counts)));
  if (options.ghost) {
    context.fillStyle = style.getPropertyValue('--ghost').trim();
    for (const g of options.ghost) {
      const size = (g.count / most) * (height - 2);
      context.fillRect(g.x, height - size, g.width, size);
    }
  }
  const colours = levels.map((level) => style.getPropertyValue(`--bar-${level}`).trim());
  for (const bar of bars) {
    let y = height;
    // The mildest at the bottom; what is worse stays visible however small.
    for (let level = levels.length - 1; level >= 0; level--) {
      const n = bar.counts[level];
      if (!n) continue;
      const size = Math.max(level < 4 ? 2 : 1, (Math.min(n, most) / most) * (height - 2));
      context.fillStyle = colours[level]!;
      context.fillRect(bar.x, y - size, bar.width, size);
      y -= size;
    }
  }
  return most;
}

// Figures out of the text of /metrics.

/** Counts of a histogram at or below each bound, summed over all series of the name that fit. */
export type Buckets = Map<number, number>;

export function readBuckets(text: string, name: string, fits: (labels: string) => boolean): Buckets {
  const out: Buckets = new Map();
  const line = new RegExp(`^${name}_bucket\\{(.*),le="([^"]+)"\\} (\\S+)$`, 'gm');
  for (const [, labels, bound, count] of text.matchAll(line)) {
    if (!fits(labels!)) continue;
    const key = bound === '+Inf' ? Infinity : Number(bound);
    out.set(key, (out.get(key) ?? 0) + Number(count));
  }
  return out;
}

/** The bound that the share of all since `before` stays below; null: nothing happened. */
export function quantile(share: number, now: Buckets, before?: Buckets): number | null {
  const bounds = [...now.keys()].sort((a, b) => a - b);
  const since = (bound: number) => now.get(bound)! - (before?.get(bound) ?? 0);
  const all = bounds.length > 0 ? since(bounds.at(-1)!) : 0;
  if (all <= 0) return null;
  return bounds.find((bound) => since(bound) >= share * all) ?? null;
}

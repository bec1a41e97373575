// Times of entries are nanoseconds as decimal text, as the API has them: a number cannot hold them.

export type Zone = 'local' | 'UTC' | 'Asia/Seoul';

export function msOfNs(ns: string): number {
  return Number(ns.slice(0, -6) || '0');
}

export function nsOfMs(ms: number): string {
  return `${Math.floor(ms)}000000`;
}

/** One nanosecond later. */
export function nextNs(ns: string): string {
  return (BigInt(ns) + 1n).toString();
}

export function previousNs(ns: string): string {
  return (BigInt(ns) - 1n).toString();
}

/** Negative if a is before b. */
export function compareNs(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: Zone, withDate: boolean): Intl.DateTimeFormat {
  const key = `${zone}${withDate}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone: zone === 'local' ? undefined : zone,
      hourCycle: 'h23',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      ...(withDate ? { year: 'numeric', month: '2-digit', day: '2-digit' } : {}),
    });
    formats.set(key, format);
  }
  return format;
}

/** 13:00:00.123 */
export function clockTime(ms: number, zone: Zone): string {
  const millis = String(((ms % 1000) + 1000) % 1000).padStart(3, '0');
  return `${formatter(zone, false).format(ms)}.${millis}`;
}

/** 2026-01-02 13:00:00.123 */
export function dateTime(ms: number, zone: Zone): string {
  const millis = String(((ms % 1000) + 1000) % 1000).padStart(3, '0');
  return `${formatter(zone, true).format(ms).replace(',', '')}.${millis}`;
}

const units: Record<string, number> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5 };

/** "15m" → ms; NaN if it is not such a text. */
export function spanMs(text: string): number {
  const found = /^(\d+)([smhd])$/.exec(text);
  return found ? Number(found[1]) * (units[found[2] ?? ''] ?? NaN) : NaN;
}

/** A step for about `bars` bars over the span, in whole seconds of a round number. */
export function roundStepSeconds(spanInMs: number, bars: number): number {
  const wanted = spanInMs / 1000 / bars;
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];
  return steps.find((s) => s >= wanted) ?? 86400;
}

/** Midnight of the day in the zone, in ms. */
export function dayStart(ms: number, zone: Zone): number {
  const [h = 0, m = 0, s = 0] = formatter(zone, false).format(ms).split(':').map(Number);
  return ms - ((h * 60 + m) * 60 + s) * 1000 - (ms % 1000);
}

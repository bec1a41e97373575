// Times of entries are nanoseconds as decimal text, as the API has them: a number cannot hold them.

/** Functions take any IANA name, or local for the browser's own. */
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

/** The browser's own, by its name. */
export const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string, withDate: boolean): Intl.DateTimeFormat {
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
export function clockTime(ms: number, zone: string): string {
  const millis = String(((ms % 1000) + 1000) % 1000).padStart(3, '0');
  return `${formatter(zone, false).format(ms)}.${millis}`;
}

/** 2026-01-02 13:00:00.123 */
export function dateTime(ms: number, zone: string): string {
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

/** What a clock on the wall of the zone shows, as if it were UTC. */
function wallMs(ms: number, zone: string): number {
  return Date.parse(`${dateTime(ms, zone).replace(' ', 'T')}Z`);
}

/** The moment at which the wall's clock shows that; the first of two, and where it was skipped the moment of the change. */
function msOfWall(wall: number, zone: string): number {
  const day = 864e5;
  const offsets = [wall - day, wall + day].map((near) => wallMs(near, zone) - near);
  const moments = offsets.map((offset) => wall - offset).filter((ms) => wallMs(ms, zone) === wall);
  return moments.length > 0 ? Math.min(...moments) : wall - offsets[0]!;
}

/** Midnight of the day in the zone, in ms; where the clock skips it, the day's first moment. */
export function dayStart(ms: number, zone: string): number {
  return msOfWall(Math.floor(wallMs(ms, zone) / 864e5) * 864e5, zone);
}

/** "2026-01-02T13:00:00" in the zone, as an input for date and time takes it. */
export function inputTime(ms: number, zone: string): string {
  return dateTime(ms, zone).slice(0, 19).replace(' ', 'T');
}

/** The moment of what such an input gives; NaN: it is no time. */
export function msOfInput(text: string, zone: string): number {
  const found = /^\d{4,}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?$/.test(text);
  const wall = found ? Date.parse(`${text}Z`) : NaN;
  return Number.isNaN(wall) ? NaN : msOfWall(wall, zone);
}

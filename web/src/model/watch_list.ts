// What needs a look now, from what the server says of services, agents, containers and its disk.

export interface WatchFacts {
  nowMs: number;
  services: { name: string; silent: boolean; bursting: boolean }[];
  agents: { host: string; seenMs: number; skewMs: number; dropped: number; waitingMs: number }[];
  /** Ends and starts of containers. */
  marks: { ms: number; service: string; kind: string; detail: string }[];
  /** Free share of the disk; null: not known. */
  diskFree: number | null;
  /** Days that retention reaches, if that is less than it should. */
  endsAtDays: number | null;
}
export interface Watched {
  /** Stays the same while the same thing is wrong. */
  id: string;
  kind:
    | 'silent'
    | 'burst'
    | 'agentAway'
    | 'agentDrops'
    | 'agentWaits'
    | 'skew'
    | 'ended'
    | 'restarts'
    | 'disk'
    | 'retention';
  /** bad: now; warn: soon. */
  state: 'bad' | 'warn';
  /** Service or host. */
  name: string;
  figure: number;
  detail: string;
}

const aliveMs = 30_000;
const skewMs = 250;
const waitsMs = 60_000;
const recentMs = 3_600_000;
const manyStarts = 3;
const leastDisk = 0.1;

export function watchList(facts: WatchFacts): Watched[] {
  const out: Watched[] = [];
  const add = (kind: Watched['kind'], state: Watched['state'], name: string, figure = 0, detail = '') => {
    const same = out.filter((w) => w.kind === kind && w.name === name).length;
    out.push({ id: `${kind} ${name} ${same}`, kind, state, name, figure, detail });
  };
  for (const s of facts.services) {
    if (s.silent) add('silent', 'warn', s.name);
    else if (s.bursting) add('burst', 'bad', s.name);
  }
  for (const a of facts.agents) {
    const age = facts.nowMs - a.seenMs;
    if (age > aliveMs) add('agentAway', 'bad', a.host, age);
    if (a.dropped > 0) add('agentDrops', 'bad', a.host, a.dropped);
    if (a.waitingMs > waitsMs) add('agentWaits', 'warn', a.host, a.waitingMs);
    if (Math.abs(a.skewMs) >= skewMs) add('skew', Math.abs(a.skewMs) >= 1_000 ? 'bad' : 'warn', a.host, a.skewMs);
  }
  const recent = facts.marks.filter((m) => facts.nowMs - m.ms < recentMs);
  // Of a service that ended again and again, the last time.
  const ended = new Map<string, WatchFacts['marks'][number]>();
  for (const m of recent)
    if (m.kind === 'oom' || (m.kind === 'die' && !/\b(0|143)\b/.test(m.detail))) ended.set(m.service, m);
  for (const [service, m] of ended) add('ended', 'bad', service, facts.nowMs - m.ms, `${m.kind} ${m.detail}`.trim());
  const starts = new Map<string, number>();
  for (const m of recent) if (m.kind === 'start') starts.set(m.service, (starts.get(m.service) ?? 0) + 1);
  for (const [service, n] of starts) if (n >= manyStarts) add('restarts', 'warn', service, n);
  if (facts.diskFree !== null && facts.diskFree < leastDisk) add('disk', 'bad', '', facts.diskFree);
  if (facts.endsAtDays !== null) add('retention', 'warn', '', facts.endsAtDays);
  return out.sort((a, b) => (a.state === b.state ? 0 : a.state === 'bad' ? -1 : 1));
}

// What must be in order before an opening.

export interface PreflightFacts {
  nowMs: number;
  connected: boolean;
  services: { name: string; lastMs: number; silent: boolean; known: boolean }[];
  /** What happened to containers, oldest first. */
  marks: { ms: number; service: string; kind: string; host: string; container: string }[];
  /** Alive, known, the largest skew in ms; none known: other clients push. */
  agents: [number, number, number];
  /** Free share of the disk; null: not known. */
  diskFree: number | null;
}

export interface Check {
  what: 'connection' | 'agents' | 'skew' | 'service' | 'restart' | 'disk';
  state: 'good' | 'bad' | 'unknown';
  service?: string;
  /** ms since the last line or restart; the free share of the disk; agents alive; ms of skew. */
  figure?: number;
}

const freshMs = 10_000;
const restartMs = 600_000;
const mostSkewMs = 100;
const leastDisk = 0.2;

/** Of each container of a service that must be there, the last end or start: a restart is one. */
function lastRestarts(facts: PreflightFacts): { ms: number; service: string }[] {
  const wanted = new Set(facts.services.map((s) => s.name));
  const last = new Map<string, { ms: number; service: string }>();
  for (const mark of facts.marks) {
    if (facts.nowMs - mark.ms >= restartMs || !wanted.has(mark.service)) continue;
    if (['start', 'die', 'oom', 'restart'].includes(mark.kind)) last.set(`${mark.host} ${mark.container}`, mark);
  }
  return [...last.values()];
}

export function preflight(facts: PreflightFacts): Check[] {
  const checks: Check[] = [{ what: 'connection', state: facts.connected ? 'good' : 'bad' }];
  const [alive, known, skew] = facts.agents;
  if (known > 0) {
    checks.push({ what: 'agents', state: alive === known ? 'good' : 'bad', figure: alive });
    checks.push({ what: 'skew', state: Math.abs(skew) < mostSkewMs ? 'good' : 'bad', figure: skew });
  }
  for (const s of facts.services) {
    const age = facts.nowMs - s.lastMs;
    checks.push({
      what: 'service',
      service: s.name,
      state: !s.known ? 'bad' : age < freshMs && !s.silent ? 'good' : 'bad',
      figure: s.known ? age : undefined,
    });
  }
  const recent = lastRestarts(facts);
  if (recent.length === 0) checks.push({ what: 'restart', state: 'good' });
  for (const r of recent)
    checks.push({ what: 'restart', state: 'bad', service: r.service, figure: facts.nowMs - r.ms });
  checks.push({
    what: 'disk',
    state: facts.diskFree === null ? 'unknown' : facts.diskFree > leastDisk ? 'good' : 'bad',
    figure: facts.diskFree ?? undefined,
  });
  return checks;
}

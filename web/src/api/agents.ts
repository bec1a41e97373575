// Agents as they report themselves, with the ledger of what they delivered.

import { array, object, request } from './client';

export interface LedgerCell {
  /** Times the ledger's width: since the epoch. */
  number: number;
  received: number;
  late: number;
  doubled: number;
  missing: number;
}
export interface Source {
  name: string;
  received: number;
  late: number;
  doubled: number;
  missing: number;
  /** A run of the server that was killed may have taken them. */
  unknown: number;
  cells: LedgerCell[];
}
/** A container as its agent last told of it. */
export interface AgentContainer {
  source: string;
  name: string;
  driver: string;
  /** "file", "api", or why it is not read. */
  readBy: string;
  /** Time of the last line read; 0: none yet. */
  readToMs: number;
  /** Behind its log; null: not known. */
  lagMs: number | null;
  running: boolean;
}
export interface Agent {
  id: string;
  host: string;
  version: string;
  startedMs: number;
  seenMs: number;
  /** Not heard of for half a minute. */
  gone: boolean;
  /** Its clock minus the server's. */
  skewMs: number;
  containers: number;
  spoolBytes: number;
  spoolLines: number;
  spoolAgeMs: number;
  dropped: [string, number][];
  /** Lines that a server refused for good and the agent keeps until somebody has looked. */
  setAside: number;
  /** Its lines that were ahead of the server's clock, which stand at the time of their arrival. */
  keptAtArrival: number;
  retries: number;
  /** Why the last push failed that did; empty: none did. */
  error: string;
  errorMs: number;
  described: AgentContainer[];
  sources: Source[];
}
export interface AgentsAnswer {
  nowMs: number;
  cellMs: number;
  agents: Agent[];
  /** Last sign of life of each host, by pushes. */
  hosts: [string, number][];
}

export async function agents(signal?: AbortSignal): Promise<AgentsAnswer> {
  const body = object(await request('/api/agents', {}, signal), 'agents');
  return {
    nowMs: Number(body.now),
    cellMs: Number(body.cellWidth),
    hosts: Object.entries(object(body.hosts ?? {}, 'hosts')).map(([host, ms]) => [host, Number(ms)]),
    agents: array(body.agents, 'agents').map((item) => {
      const a = object(item, 'agent');
      return {
        id: String(a.id),
        host: String(a.host),
        version: String(a.version),
        startedMs: Number(a.started),
        seenMs: Number(a.seen),
        gone: a.gone === true,
        skewMs: Number(a.skew),
        containers: Number(a.containers),
        spoolBytes: Number(a.spoolBytes),
        spoolLines: Number(a.spoolLines),
        spoolAgeMs: Number(a.spoolAge),
        dropped: Object.entries(object(a.dropped ?? {}, 'dropped')).map(([reason, n]) => [reason, Number(n)]),
        setAside: Number(a.setAside ?? 0),
        keptAtArrival: Number(a.keptAtArrival ?? 0),
        retries: Number(a.retries ?? 0),
        error: String(a.error ?? ''),
        errorMs: Number(a.errorAt ?? 0),
        described: array(a.described ?? [], 'containers').map((one) => {
          const c = object(one, 'container');
          const lag = Number(c.lag);
          return {
            source: String(c.source),
            name: String(c.name),
            driver: String(c.driver),
            readBy: String(c.readBy),
            readToMs: Number(c.readTo),
            lagMs: lag < 0 ? null : lag,
            running: c.running === true,
          };
        }),
        sources: array(a.sources, 'sources').map((one) => {
          const s = object(one, 'source');
          return {
            name: String(s.source),
            received: Number(s.received),
            late: Number(s.late),
            doubled: Number(s.doubled),
            missing: Number(s.missing),
            unknown: Number(s.unknown ?? 0),
            cells: array(s.cells, 'cells').map((cell) => {
              const [number = 0, received = 0, late = 0, doubled = 0, missing = 0] = array(cell, 'cell').map(Number);
              return { number, received, late, doubled, missing };
            }),
          };
        }),
      };
    }),
  };
}

/** Lines a second of each agent between two answers. */
export function ratesOf(before: AgentsAnswer, after: AgentsAnswer): Map<string, number> {
  const received = (a: Agent) => a.sources.reduce((sum, s) => sum + s.received, 0);
  const seconds = (after.nowMs - before.nowMs) / 1000;
  const out = new Map<string, number>();
  for (const agent of after.agents) {
    const old = before.agents.find((a) => a.id === agent.id);
    // Cells of yesterday leave the sum: then it may be less than before.
    if (old && seconds > 0) out.set(agent.id, Math.max(0, received(agent) - received(old)) / seconds);
  }
  return out;
}

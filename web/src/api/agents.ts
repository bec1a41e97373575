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
  cells: LedgerCell[];
}
export interface Agent {
  id: string;
  host: string;
  version: string;
  startedMs: number;
  seenMs: number;
  /** Its clock minus the server's. */
  skewMs: number;
  containers: number;
  spoolBytes: number;
  spoolLines: number;
  spoolAgeMs: number;
  dropped: [string, number][];
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
        skewMs: Number(a.skew),
        containers: Number(a.containers),
        spoolBytes: Number(a.spoolBytes),
        spoolLines: Number(a.spoolLines),
        spoolAgeMs: Number(a.spoolAge),
        dropped: Object.entries(object(a.dropped ?? {}, 'dropped')).map(([reason, n]) => [reason, Number(n)]),
        sources: array(a.sources, 'sources').map((one) => {
          const s = object(one, 'source');
          return {
            name: String(s.source),
            received: Number(s.received),
            late: Number(s.late),
            doubled: Number(s.doubled),
            missing: Number(s.missing),
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

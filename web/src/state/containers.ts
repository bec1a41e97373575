// Containers of all agents as one list, those with trouble first.

import type { AgentContainer, AgentsAnswer, Source } from '../api/agents';

export interface ContainerRow {
  key: string;
  host: string;
  container: AgentContainer;
  /** What the server has of it; not there before its first line. */
  ledger: Source | undefined;
}

const mostLagMs = 5_000;

export const isRead = (c: AgentContainer): boolean => c.readBy === 'file' || c.readBy === 'api';
export const lags = (c: AgentContainer): boolean => (c.lagMs ?? 0) > mostLagMs;

/** Not read, lines missing, behind, then those that run, then those that ended; by host and name. */
export function byTrouble(answer: AgentsAnswer): ContainerRow[] {
  const rows = answer.agents.flatMap((a) =>
    a.described.map((container) => ({
      key: `${a.id} ${container.source}`,
      host: a.host || a.id,
      container,
      ledger: a.sources.find((s) => s.name === container.source),
    })),
  );
  const rank = ({ container: c, ledger }: ContainerRow) =>
    !isRead(c) ? 0 : (ledger?.missing ?? 0) > 0 ? 1 : lags(c) ? 2 : c.running ? 3 : 4;
  return rows.sort(
    (a, b) => rank(a) - rank(b) || a.host.localeCompare(b.host) || a.container.name.localeCompare(b.container.name),
  );
}

import type { Agent } from './agents';

// For tests: an agent of which there is nothing to tell but what a test says.
export const quietAgent = (id: string, more: Partial<Agent> = {}): Agent => ({
  id,
  host: id,
  version: '',
  startedMs: 0,
  seenMs: 0,
  gone: false,
  skewMs: 0,
  containers: 0,
  spoolBytes: 0,
  spoolLines: 0,
  spoolAgeMs: 0,
  dropped: [],
  setAside: 0,
  keptAtArrival: 0,
  retries: 0,
  error: '',
  errorMs: 0,
  described: [],
  sources: [],
  ...more,
});

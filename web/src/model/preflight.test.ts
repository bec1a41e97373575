import { expect, test } from 'vitest';
import { preflight } from './preflight';

const facts = {
  nowMs: 1e6,
  connected: true,
  services: [{ name: 'api', lastMs: 1e6 - 400, silent: false, known: true }],
  marks: [],
  agents: [2, 2, 12] as [number, number, number],
  diskFree: 0.5,
};

test('all in order', () => {
  expect(preflight(facts).every((c) => c.state === 'good')).toBe(true);
});

test('each fault is told', () => {
  const bad = (more: Partial<typeof facts> | object) =>
    preflight({ ...facts, ...more })
      .filter((c) => c.state === 'bad')
      .map((c) => c.what);
  expect(bad({ connected: false })).toEqual(['connection']);
  expect(bad({ services: [{ name: 'api', lastMs: 1e6 - 20_000, silent: false, known: true }] })).toEqual(['service']);
  expect(bad({ services: [{ name: 'gone', lastMs: 0, silent: false, known: false }] })).toEqual(['service']);
  const mark = (kind: string, service = 'api', container = 'api-1') => ({
    ms: 1e6 - 60_000,
    kind,
    service,
    host: 'h',
    container,
  });
  expect(bad({ marks: [mark('die')] })).toEqual(['restart']);
  expect(bad({ marks: [mark('exec_start')] })).toEqual([]);
  // One restart is one; another container is another; of services that are not expected nobody cares.
  expect(bad({ marks: [mark('die'), mark('start')] })).toEqual(['restart']);
  expect(bad({ marks: [mark('die'), mark('die', 'api', 'api-2')] })).toEqual(['restart', 'restart']);
  expect(bad({ marks: [mark('die', 'batch', 'batch-1')] })).toEqual([]);
  expect(bad({ agents: [1, 2, -250] })).toEqual(['agents', 'skew']);
  expect(bad({ agents: [0, 0, 0] })).toEqual([]);
  expect(bad({ diskFree: 0.1 })).toEqual(['disk']);
  expect(preflight({ ...facts, diskFree: null }).at(-1)!.state).toBe('unknown');
});

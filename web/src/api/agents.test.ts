import { expect, it } from 'vitest';
import { ratesOf, type Agent, type AgentsAnswer } from './agents';
import { quietAgent } from './test_agent';

const agent = (id: string, received: number[]) =>
  quietAgent(id, {
    sources: received.map((n, i) => ({
      name: String(i),
      received: n,
      late: 0,
      doubled: 0,
      missing: 0,
      unknown: 0,
      cells: [],
    })),
  });
const answer = (nowMs: number, agents: Agent[]): AgentsAnswer => ({ nowMs, cellMs: 600_000, agents, hosts: [] });

it('the rate of an agent is what came of all its sources between two answers, never less than nothing', () => {
  const before = answer(1_000, [agent('a', [100, 50]), agent('b', [900])]);
  const after = answer(6_000, [agent('a', [200, 75, 25]), agent('b', [10]), agent('new', [5])]);
  expect([...ratesOf(before, after)]).toEqual([
    ['a', 30],
    ['b', 0],
  ]);
  expect(ratesOf(after, after).size).toBe(0);
});

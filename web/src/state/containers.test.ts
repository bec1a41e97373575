import { expect, it } from 'vitest';
import type { AgentContainer } from '../api/agents';
import { quietAgent } from '../api/test_agent';
import { byTrouble } from './containers';

const container = (name: string, more: Partial<AgentContainer> = {}): AgentContainer => ({
  source: name.repeat(3),
  name,
  driver: 'json-file',
  readBy: 'file',
  readToMs: 1,
  lagMs: 0,
  running: true,
  ...more,
});
const agent = (host: string, described: AgentContainer[], missing: string[] = []) =>
  quietAgent(host, {
    described,
    sources: missing.map((name) => ({
      name: name.repeat(3),
      received: 9,
      late: 0,
      doubled: 0,
      missing: 2,
      unknown: 0,
      cells: [],
    })),
  });

it('lists the containers of all agents, those with trouble first', () => {
  const rows = byTrouble({
    nowMs: 0,
    cellMs: 1,
    hosts: [],
    agents: [
      agent('b', [container('fine'), container('ended', { running: false }), container('late', { lagMs: 60_000 })]),
      agent(
        'a',
        [
          container('also-fine', { readBy: 'api', lagMs: null }),
          container('lost'),
          container('unread', { readBy: 'not read: driver none' }),
        ],
        ['lost'],
      ),
    ],
  });
  expect(rows.map((r) => `${r.host} ${r.container.name}`)).toEqual([
    'a unread',
    'a lost',
    'b late',
    'a also-fine',
    'b fine',
    'b ended',
  ]);
  expect(rows[1]!.ledger?.missing).toBe(2);
  expect(rows[0]!.ledger).toBeUndefined();
});

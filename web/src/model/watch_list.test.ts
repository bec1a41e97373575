import { expect, test } from 'vitest';
import { watchList, type WatchFacts } from './watch_list';

const fine: WatchFacts = {
  nowMs: 1_000_000,
  services: [{ name: 'api', silent: false, bursting: false }],
  agents: [{ host: 'a', seenMs: 999_000, skewMs: -20, dropped: 0, waitingMs: 0 }],
  marks: [
    { ms: 990_000, service: 'api', kind: 'start', detail: '' },
    { ms: 980_000, service: 'api', kind: 'die', detail: 'exit 143' },
  ],
  diskFree: 0.5,
  endsAtDays: null,
};

test('nothing while all is as usual', () => {
  expect(watchList(fine)).toEqual([]);
});

test('what is bad comes before what may become so', () => {
  const found = watchList({
    nowMs: 1_000_000,
    services: [
      { name: 'queue', silent: true, bursting: true },
      { name: 'api', silent: false, bursting: true },
    ],
    agents: [{ host: 'gone', seenMs: 1, skewMs: 300, dropped: 7, waitingMs: 70_000 }],
    marks: [
      ...[1, 2, 3].map((i) => ({ ms: 990_000 + i, service: 'api', kind: 'start', detail: '' })),
      { ms: 995_000, service: 'api', kind: 'die', detail: 'exit 137' },
    ],
    diskFree: 0.05,
    endsAtDays: 10.8,
  });
  expect(found.map((w) => `${w.kind} ${w.name}`.trim())).toEqual([
    'burst api',
    'agentAway gone',
    'agentDrops gone',
    'ended api',
    'disk',
    'silent queue',
    'agentWaits gone',
    'skew gone',
    'restarts api',
    'retention',
  ]);
});

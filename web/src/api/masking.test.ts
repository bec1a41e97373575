import { afterEach, expect, it, vi } from 'vitest';
import { tryMasking } from './masking';

afterEach(() => {
  vi.unstubAllGlobals();
});

it('sends lines as one text and reads where each rule hides what, before and after', async () => {
  let sent: unknown;
  vi.stubGlobal('fetch', (_: string, init: RequestInit) => {
    sent = JSON.parse(String(init.body));
    const rules = [
      { name: 'card', kind: 'builtin', replacement: '<card>', at: 'support', hits: 1 },
      { name: 'seat', kind: 'pattern', pattern: 'seat=\\w+', replacement: '<seat>', at: 'ingest', hits: 0 },
    ];
    const hits = [{ rule: 'card', begin: 4, end: 20, maskedBegin: 4, maskedEnd: 10 }];
    const lines = [
      { masked: 'pay <card>', hits },
      { masked: 'two', hits: [] },
    ];
    return Promise.resolve(new Response(JSON.stringify({ rules, lines, changed: 1 })));
  });
  const tried = await tryMasking(['pay 4111111111111111', 'two']);
  expect(sent).toEqual({ lines: 'pay 4111111111111111\ntwo' });
  expect(tried.lines).toEqual([
    {
      line: 'pay 4111111111111111',
      masked: 'pay <card>',
      hits: [{ begin: 4, end: 20, rule: 'card' }],
      shown: [{ begin: 4, end: 10, rule: 'card' }],
    },
    { line: 'two', masked: 'two', hits: [], shown: [] },
  ]);
  expect(tried.rules.map(({ name, pattern, at, hits }) => [name, pattern, at, hits])).toEqual([
    ['card', '', 'support', 1],
    ['seat', 'seat=\\w+', 'ingest', 0],
  ]);
});

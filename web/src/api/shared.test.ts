import { afterEach, expect, it, vi } from 'vitest';
import { changeShared, counterCounts, sharedState } from './shared';

const asked: { url: string; init: RequestInit | undefined }[] = [];
function answerWith(body: unknown, status = 200): void {
  vi.stubGlobal('fetch', (url: string, init?: RequestInit) => {
    asked.push({ url, init });
    return Promise.resolve(new Response(typeof body === 'string' ? body : JSON.stringify(body), { status }));
  });
}
afterEach(() => {
  vi.unstubAllGlobals();
  asked.length = 0;
});

const state = {
  version: 7,
  openings: [
    { id: '2', name: 'b', atMs: 2, services: [] },
    { id: '1', name: 'a', atMs: 1, services: ['api'], success: 'sold' },
  ],
  reports: [{ id: '1', name: 'a', atMs: 1, markdown: '# a' }],
  views: [
    { id: 'y', name: '나', search: '?q' },
    { id: 'x', name: '가', search: '' },
  ],
  counters: [{ id: 'c', name: 'paid', query: '{a="b"}' }],
};

it('reads what is shared, in order; null when nothing changed', async () => {
  answerWith(state);
  const read = await sharedState(0);
  expect(read?.openings.map((o) => [o.atMs, o.success])).toEqual([
    [1, 'sold'],
    [2, undefined],
  ]);
  expect(read?.views.map((v) => v.name)).toEqual(['가', '나']);
  expect(read?.counters).toEqual(state.counters);
  answerWith({ version: 7 });
  expect(await sharedState(7)).toBeNull();
  expect(asked[1]!.url).toContain('version=7');
});

it('changes go as JSON; a refusal is told as the server said it', async () => {
  answerWith(state);
  expect((await changeShared({ remove: [{ kind: 'views', id: 'x' }] })).version).toBe(7);
  expect(asked[0]!.init?.method).toBe('POST');
  expect(new Headers(asked[0]!.init?.headers).get('Content-Type')).toBe('application/json');
  expect(asked[0]!.init?.body).toBe('{"remove":[{"kind":"views","id":"x"}]}');
  answerWith('more than 200 views: remove some first', 413);
  await expect(changeShared({ put: [] })).rejects.toThrow('more than 200 views');
});

it('an answer of another form is an error, not half a state', async () => {
  answerWith({ version: 1, openings: {}, reports: [], views: [], counters: [] });
  await expect(sharedState(0)).rejects.toThrow('unexpected answer');
});

it('reads the counts of counters', async () => {
  answerWith({ counters: [{ id: 'c', since: 5, total: 9, unread: 1, minutes: [4, 5], seconds: [0, 1] }] });
  expect(await counterCounts()).toEqual([
    { id: 'c', sinceMs: 5, total: 9, unread: 1, minutes: [4, 5], seconds: [0, 1] },
  ]);
});

// An hour of 1,000 lines/s with Explore live and the wall screen open: the heap of both stays flat and every line is
// accounted for. Only with LOGSVC_LONG=1; LOGSVC_SOAK_SECONDS shortens it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { heapOf, launchChromium, LineStream, LogServer, openPage, until } from './support.mjs';

const skip = process.env.LOGSVC_LONG ? false : 'LOGSVC_LONG is not set';
const seconds = Number(process.env.LOGSVC_SOAK_SECONDS ?? 3_600);
const perSecond = 1_000;
const settleSeconds = 150;
/** MB that a heap may be larger at the end than once the list was full. */
const growth = 20;

let server, browser;
before(async () => {
  if (skip) return;
  server = await LogServer.start('--auth', 'off');
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  await server?.close();
});

test('the heap stays flat', { skip, timeout: 2 * 3_600_000 }, async () => {
  const lines = new LineStream(server, { job: 'docker', host: 'h1', service: 'api-server', level: 'info', container: 'api-server' });
  await lines.push(1);
  const explore = await openPage(browser, `${server.page}/explore?query=${encodeURIComponent('{service="api-server"}')}&live=1`);
  const wall = await openPage(browser, `${server.page}/overview?wall=1`);
  await explore.page.locator('.live-state.open', { hasText: 'LIVE' }).first().waitFor();
  await wall.page.locator('.tile').first().waitFor();
  const before = lines.sent;
  const heaps = { explore: await heapOf(explore.page), wall: await heapOf(wall.page) };
  const status = () => explore.page.locator('.explore-status').innerText();
  const figure = async (name) => Number((new RegExp(`${name} ([\\d,]+)`).exec(await status())?.[1] ?? '0').replace(/,/g, ''));
  // The list fills up to what it holds, then the hour begins.
  while ((await figure('held')) < 100_000) await lines.run(4 * perSecond, 5);
  const sample = async () => ({ explore: await heaps.explore.collected(), wall: await heaps.wall.collected() });
  // A full list goes on growing until its ring was copied once.
  await lines.run(perSecond, settleSeconds);
  const first = await sample();
  console.log(`# full list: Explore ${first.explore.toFixed(1)} MB, wall ${first.wall.toFixed(1)} MB`);
  const end = Date.now() + seconds * 1000;
  let last = first;
  while (Date.now() < end) {
    const done = await lines.run(perSecond, Math.min(60, Math.max(1, (end - Date.now()) / 1000)));
    last = await sample();
    console.log(`# ${done.perSecond} lines/s: Explore ${last.explore.toFixed(1)} MB, wall ${last.wall.toFixed(1)} MB`);
  }
  await until('all accounted for', async () => (await figure('matched')) + before >= lines.sent, 120);
  assert.ok(last.explore < first.explore + growth, `Explore grew from ${first.explore} to ${last.explore} MB`);
  assert.ok(last.wall < first.wall + growth, `the wall screen grew from ${first.wall} to ${last.wall} MB`);
  assert.deepEqual([explore.errors, wall.errors], [[], []]);
});

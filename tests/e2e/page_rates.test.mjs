// The rates that the page must hold, measured in Chromium against the real server; figures are printed, what is
// asserted is that every line is accounted for, that a paused list does not move, and that no blank is scrolled to.
// A short run each time; with LOGSVC_LONG=1 the whole one, of which LOGSVC_RATE_SECONDS shortens the stream.
import assert from 'node:assert/strict';
import { cpus } from 'node:os';
import { after, before, test } from 'node:test';
import WebSocket from 'ws';
import { cpuOf, heapOf, launchChromium, LineStream, LogServer, nowNs, openPage, pause, until } from './support.mjs';

const long = !!process.env.LOGSVC_LONG;
const seconds = Number(process.env.LOGSVC_RATE_SECONDS ?? (long ? 600 : 8));
const viewerCount = long ? 50 : 10;
const viewerSeconds = long ? 20 : 4;
const maxScrollSteps = long ? 4_000 : 200;
const perSecond = 5_000;
const labels = { job: 'docker', host: 'h1', service: 'api-server', level: 'info', container: 'api-server' };

let server, browser, lines;
before(async () => {
  server = await LogServer.start('--auth', 'off');
  browser = await launchChromium();
  lines = new LineStream(server, labels);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

/** Frames and long tasks of the page from now on. */
const measure = (page) =>
  page.evaluate(() => {
    const m = (window.measured = { frames: 0, gaps: [], tasks: [], delays: [], began: performance.now() });
    let last = performance.now();
    const frame = () => {
      const now = performance.now();
      m.frames++;
      m.gaps.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    new PerformanceObserver((list) => list.getEntries().forEach((e) => m.tasks.push(e.duration))).observe({ type: 'longtask' });
    setInterval(() => {
      const found = /delay ([\d,]+) ms/.exec(document.querySelector('.explore-status')?.innerText ?? '');
      if (found) m.delays.push(Number(found[1].replace(/,/g, '')));
    }, 200);
  });
const result = (page) =>
  page.evaluate(() => {
    const m = window.measured;
    const percentile = (values, p) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * p))] ?? 0;
    return {
      fps: (m.frames * 1000) / (performance.now() - m.began),
      longestGap: Math.max(...m.gaps),
      tasks: m.tasks.length,
      taskP99: percentile(m.tasks, 0.99),
      delayP50: percentile(m.delays, 0.5),
      delayP95: percentile(m.delays, 0.95),
    };
  });
const counts = async (page) => {
  const text = await page.locator('.explore-status').innerText();
  const of = (name) => Number((new RegExp(`${name} ([\\d,]+)`).exec(text)?.[1] ?? '0').replace(/,/g, ''));
  return { matched: of('matched'), held: of('held'), notShown: of('not shown'), trimmed: of('no longer held') };
};
/** Clicks a button of the list again and again: ms until what it does is drawn. */
const reactionsOf = (page, forMs) =>
  page.evaluate(async (duration) => {
    const button = [...document.querySelectorAll('.tools button')].find((b) => b.textContent === 'Raw');
    const found = [];
    const end = performance.now() + duration;
    while (performance.now() < end) {
      const at = performance.now();
      // As if by hand: the event waits for whatever the page does at that moment.
      await new Promise((resolve) => setTimeout(resolve));
      button.click();
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      found.push(performance.now() - at);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    found.sort((a, b) => a - b);
    return { median: found[found.length >> 1], most: found.at(-1) };
  }, forMs);
const table = [];
const row = (what, figures) => table.push(`| ${what} | ${figures} |`);

test('rates of the page', { timeout: 3_600_000 }, async () => {
  const { page, errors, close } = await openPage(browser, `${server.page}/explore?query=${encodeURIComponent('{service="api-server"}')}&live=1`);
  await page.locator('.live-state.open', { hasText: 'LIVE' }).first().waitFor();
  const heap = await heapOf(page);
  const cpu = await cpuOf(page);

  await measure(page);
  let heapMost = 0;
  const heapTimer = setInterval(() => void heap.used().then((mb) => (heapMost = Math.max(heapMost, mb))).catch(() => {}), 2_000);
  const cpuBefore = await cpu();
  const done = await lines.run(perSecond, seconds);
  const cpuShare = (await cpu() - cpuBefore) / seconds;
  const r = await result(page);
  clearInterval(heapTimer);
  await until('all accounted for', async () => (await counts(page)).matched >= lines.sent, 120);
  const c = await counts(page);
  row(`${perSecond} lines/s for ${seconds} s (the generator reached ${done.perSecond}/s on ${cpus().length} cores)`,
    `${r.fps.toFixed(0)} fps; main thread ${(cpuShare * 100).toFixed(0)} % of a core; longest pause ${r.longestGap.toFixed(0)} ms; tasks over 50 ms: ${r.tasks}, p99 ${r.taskP99.toFixed(0)} ms; heap at most ${heapMost.toFixed(0)} MB, collected ${(await heap.collected()).toFixed(0)} MB; delay p50 ${r.delayP50} p95 ${r.delayP95} ms; matched ${c.matched} of ${lines.sent}, held ${c.held}, no longer held ${c.trimmed}, not shown ${c.notShown}`);
  assert.equal(c.matched, lines.sent);
  assert.equal(c.held + c.trimmed + c.notShown >= lines.sent, true);

  const burst = lines.prepare(50_000, 10);
  const reactions = reactionsOf(page, 5_000);
  const began = Date.now();
  await burst();
  const pushed = Date.now() - began;
  await until('the burst', async () => (await counts(page)).matched >= lines.sent, 120);
  const caughtUp = Date.now() - began;
  const reacted = await reactions;
  row('burst of 50,000 lines', `taken by the server in ${pushed} ms; all counted after ${caughtUp} ms; click → reaction median ${reacted.median.toFixed(0)} ms, at most ${reacted.most.toFixed(0)} ms; not shown ${(await counts(page)).notShown}`);

  const list = page.locator('.log-list');
  await list.hover();
  const streaming = lines.run(perSecond, 6);
  await until('new lines', async () => (await counts(page)).matched < lines.sent);
  const pauseMs = await list.evaluate(async (e) => {
    const at = performance.now();
    e.scrollTop -= 600;
    while (!document.querySelector('.pill')) await new Promise((resolve) => requestAnimationFrame(resolve));
    return performance.now() - at;
  });
  await pause(300);
  const place = () => list.evaluate((e) => [...e.querySelectorAll('.row:not([hidden])')].map((x) => x.textContent + x.getBoundingClientRect().top).sort().join());
  const before = await place();
  await streaming;
  assert.equal(await place(), before);
  const resumeMs = await page.evaluate(async () => {
    const at = performance.now();
    document.querySelector('button.pill').click();
    while (document.querySelector('.pill')) await new Promise((resolve) => requestAnimationFrame(resolve));
    return performance.now() - at;
  });
  row('pause while 5,000 lines/s come', `FOLLOW OFF after ${pauseMs.toFixed(0)} ms, LIVE again after ${resumeMs.toFixed(0)} ms; moved 0 px`);

  const typing = lines.run(perSecond, 6);
  await page.keyboard.press('/');
  const keys = [];
  for (const key of 'user_id_123') {
    const at = Date.now();
    await page.keyboard.type(key);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    keys.push(Date.now() - at);
  }
  await typing;
  row('typing during 5,000 lines/s', `key → glyph median ${keys.sort((a, b) => a - b)[5]} ms, at most ${Math.max(...keys)} ms (two frames and the driver included)`);

  await page.keyboard.press('Escape');
  await page.locator('.log-list').focus();
  await page.keyboard.press('End');
  const blanks = await list.evaluate(async (e, most) => {
    const found = { blank: 0, steps: 0 };
    for (; e.scrollTop > 0 && found.steps < most; found.steps++) {
      e.scrollTop -= 800;
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      const box = e.getBoundingClientRect();
      if (!document.elementFromPoint(box.left + 200, box.top + box.height / 2)?.closest('.row')) found.blank++;
    }
    return found;
  }, maxScrollSteps);
  row(`scrolling through ${(await counts(page)).held} held lines`, `${blanks.steps} steps of 800 px; blank after a frame: ${blanks.blank}`);
  assert.equal(blanks.blank, 0);
  assert.deepEqual(errors, []);
  await close();

  await viewersRow();
  const fresh = await openPage(browser, `${server.page}/overview`);
  await fresh.page.locator('.tile').first().waitFor();
  const load = await fresh.page.evaluate(() => {
    const n = performance.getEntriesByType('navigation')[0];
    const bytes = performance.getEntriesByType('resource').filter((x) => /\.(js|css)$/.test(x.name)).reduce((sum, x) => sum + x.encodedBodySize, 0);
    return { interactive: n.domInteractive, bytes };
  });
  row('first load', `${(load.bytes / 1024).toFixed(0)} kB compressed; interactive ${load.interactive.toFixed(0)} ms`);
  await fresh.close();
  console.log(['# | case | reached |', '# |---|---|', ...table.map((line) => `# ${line}`)].join('\n'));
});

/** Viewers as pages are, without Chromium: each takes what it gets and says so. */
async function viewersRow() {
  // One reads all of every frame; of the others' only the head and the end, which say what is in them: the test shares its
  // cores with the server.
  const numberIn = (text, what) => Number(what.exec(text)?.[1] ?? 0);
  const viewers = Array.from({ length: viewerCount }, (_, i) => {
    const viewer = { lines: 0, leftOut: 0 };
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/api/live?query=${encodeURIComponent('{service="api-server"}')}&start=${nowNs()}`);
    socket.on('message', (data) => {
      if (i === 0) {
        const frame = JSON.parse(data);
        viewer.lines += frame.lines.length;
        viewer.leftOut += frame.leftOut?.entries ?? 0;
        assert.equal(frame.matched, viewer.lines + viewer.leftOut);
      } else {
        viewer.leftOut += numberIn(data.subarray(-160).toString(), /"leftOut":\{"entries":(\d+)/);
        viewer.lines = numberIn(data.subarray(0, 40).toString(), /"matched":(\d+)/) - viewer.leftOut;
      }
      socket.send(`taken ${viewer.lines}`);
    });
    viewer.opened = new Promise((resolve) => socket.on('open', resolve));
    viewer.close = () => socket.close();
    return viewer;
  });
  await Promise.all(viewers.map((v) => v.opened));
  const first = lines.sent;
  const run = await lines.run(perSecond, viewerSeconds);
  await until('all viewers', () => viewers.every((v) => v.lines + v.leftOut >= lines.sent - first), 240);
  row(`${viewerCount} viewers`, `ingest ${run.perSecond}/s; every viewer accounts for all ${lines.sent - first} lines; left out at most ${Math.max(...viewers.map((v) => v.leftOut))}`);
  for (const v of viewers) v.close();
}

// The page in Chromium against the real server.
import AxeBuilder from '@axe-core/playwright';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium, LogServer, nowNs, openPage, until } from './support.mjs';

const api = { job: 'docker', host: 'backend-instance', service: 'api-server', level: 'info', container: 'api-server', stream: 'stdout' };
const queue = { ...api, host: 'queue-instance', service: 'queue-backend', container: 'queue-backend' };
const winston = (service, level, message, more = {}) => JSON.stringify({ service, level, message, ...more });

let server, browser;
before(async () => {
  server = await LogServer.start('--auth', 'off');
  browser = await launchChromium();
  const base = nowNs() - 300_000_000_000n;
  const at = (i) => base + BigInt(i) * 1_000_000n;
  await server.push(api, Array.from({ length: 2000 }, (_, i) => [at(i * 10), winston('api-server', 'info', `GET /seats ${i}`, { userId: `user_id_${i % 50}` })]));
  await server.push({ ...api, level: 'error' }, [[at(5000), winston('api-server', 'error', '결제 실패: card declined', { userId: 'user_id_7', stack: 'Error: x\n    at y' })]]);
  await server.push(queue, [[at(4000), winston('queue-backend', 'info', 'Admitted', { userId: 'user_id_7' })]]);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const explore = (query, more = '') => `${server.page}/explore?query=${encodeURIComponent(query)}${more}`;
const rows = (page) => page.locator('.row:not([hidden])');

test('lines are listed oldest on top, with level, service, message and fields', async () => {
  const { page, errors, close } = await openPage(browser, explore('{job="docker"}'));
  await rows(page).first().waitFor();
  assert.match(await rows(page).last().innerText(), /GET \/seats 1999/);
  assert.match(await rows(page).last().innerText(), /userId=user_id_49/);
  await page.locator('.facets .value', { hasText: 'queue-backend' }).first().waitFor();
  assert.ok((await page.locator('.legend .key', { hasText: 'error' }).innerText()).includes('1'));
  assert.deepEqual(errors, []);
  await close();
});

test('words, facets and details narrow the search, and the address bar has the view', async () => {
  const { page, close } = await openPage(browser, `${server.page}/`);
  await page.getByLabel('Query').fill('user_id_7');
  await page.getByRole('button', { name: 'Run' }).click();
  await page.locator('.chip').waitFor();
  await rows(page).filter({ hasText: 'Admitted' }).first().waitFor();
  assert.ok((await page.locator('mark').count()) > 0);
  await page.locator('.facets .value', { hasText: 'error' }).click();
  await until('errors only', async () => (await rows(page).count()) === 1);
  assert.match(page.url(), /level/);
  await rows(page).first().click();
  await page.locator('.details').waitFor();
  assert.match(await page.locator('.details pre').innerText(), /"userId": "user_id_7"/);
  const url = page.url();
  await page.goto(`${server.page}/settings`);
  await page.goto(url);
  await until('the view again', async () => (await rows(page).count()) === 1);
  await close();
});

test('older lines are loaded above without moving what is read', async () => {
  const { page, close } = await openPage(browser, explore('{service="api-server"}'));
  await rows(page).first().waitFor();
  const list = page.locator('.log-list');
  await list.evaluate((e) => (e.scrollTop = 15 * 22));
  const held = () => page.locator('.explore-status').innerText();
  await until('older lines', async () => /held 2,00/.test(await held()), 15);
  const texts = await rows(page).allInnerTexts();
  assert.ok(texts.some((t) => / GET \/seats 10\d\d/.test(t.replace(/\s+/g, ' '))), texts.join('|'));
  await close();
});

test('live: lines appear, reading freezes the list, what came meanwhile is counted', async () => {
  const { page, errors, close } = await openPage(browser, explore('{t="live"}', '&live=1'));
  await page.locator('.live-state.open', { hasText: 'LIVE' }).first().waitFor();
  const live = { ...api, t: 'live' };
  const began = Date.now();
  await server.push(live, [[nowNs(), winston('api-server', 'info', 'first live line')]]);
  await rows(page).filter({ hasText: 'first live line' }).waitFor();
  console.log(`# push to drawn: ${Date.now() - began} ms`);
  const many = (from, n, level = 'info') => Array.from({ length: n }, (_, i) => [nowNs() + BigInt(i), winston('api-server', level, `line ${from + i}`)]);
  await server.push(live, many(0, 300));
  await rows(page).filter({ hasText: 'line 299' }).waitFor();
  const list = page.locator('.log-list');
  await list.hover();
  await page.mouse.wheel(0, -800);
  await page.locator('.pill', { hasText: 'FOLLOW OFF' }).waitFor();
  await page.waitForTimeout(200);
  const place = () => list.evaluate((e) => [e.scrollTop, [...e.querySelectorAll('.row:not([hidden])')].map((r) => r.textContent + r.getBoundingClientRect().top).sort().join()]);
  const before = await place();
  await server.push(live, many(300, 200));
  await server.push({ ...live, level: 'error' }, many(500, 3, 'error'));
  await page.locator('.pill', { hasText: '203 new' }).waitFor();
  assert.match(await page.locator('.pill .errors').innerText(), /3 errors/);
  assert.deepEqual(await place(), before);
  await page.keyboard.press('End');
  await rows(page).filter({ hasText: 'line 502' }).waitFor();
  assert.match(await page.locator('.explore-status').innerText(), /received 504/);
  assert.deepEqual(errors, []);
  await close();
});

test('live comes back after the server was away, without a gap and without doubles', async () => {
  const { page, close } = await openPage(browser, explore('{t="away"}', '&live=1'));
  const labels = { ...api, t: 'away' };
  await page.locator('.live-state.open', { hasText: 'LIVE' }).first().waitFor();
  await server.push(labels, [[nowNs(), 'before']]);
  await rows(page).filter({ hasText: 'before' }).waitFor();
  await server.process.stop();
  await page.locator('.live-state.waiting').first().waitFor();
  await server.restart();
  await server.push(labels, [[nowNs(), 'after']]);
  await rows(page).filter({ hasText: 'after' }).waitFor();
  assert.equal(await rows(page).count(), 2);
  await close();
});

test('a mistake in the query is told with its place', async () => {
  const { page, close } = await openPage(browser, explore('{job="docker"} |= '));
  await page.getByRole('alert').waitFor();
  assert.match(await page.getByRole('alert').innerText(), /line 1, col/);
  await close();
});

test('brushing the histogram zooms', async () => {
  const { page, close } = await openPage(browser, explore('{job="docker"}'));
  const box = await page.locator('canvas.bars').boundingBox();
  await rows(page).first().waitFor();
  await page.waitForTimeout(300);
  await page.mouse.move(box.x + box.width * 0.6, box.y + 30);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.8, box.y + 30);
  await page.mouse.up();
  await until('a fixed range', () => /range=\d+-\d+/.test(page.url()));
  await close();
});

for (const language of ['en', 'ko']) {
  for (const theme of ['light', 'dark']) {
    test(`no accessibility fault: ${language}, ${theme}`, async () => {
      const { page, close } = await openPage(browser, explore('{job="docker"} |= "user_id_7"'), { settings: { language, theme } });
      await rows(page).first().click();
      await page.locator('.details').waitFor();
      await page.waitForTimeout(300);
      await page.screenshot({ path: `results/explore-${language}-${theme}.png` });
      const found = await new AxeBuilder({ page }).analyze();
      assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`), []);
      await page.goto(`${server.page}/settings`);
      await page.locator('.settings').waitFor();
      assert.deepEqual((await new AxeBuilder({ page }).analyze()).violations.map((v) => v.id), []);
      await close();
    });
  }
}

test('a phone has everything on one column', async () => {
  const { page, close } = await openPage(browser, explore('{job="docker"}'), { viewport: { width: 390, height: 800 }, settings: { language: 'ko' } });
  await rows(page).first().waitFor();
  await page.screenshot({ path: 'results/explore-phone.png' });
  await page.getByRole('button', { name: /라벨/ }).click();
  await page.locator('.facets .value').first().waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
  await close();
});

test('with a password the page asks for it', async () => {
  const guarded = await LogServer.start('--auth', 'password', '--admin-password', 'hunter2');
  const { page, close } = await openPage(browser, guarded.page);
  await page.getByLabel('Admin password').fill('wrong');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('alert').waitFor();
  await page.getByLabel('Admin password').fill('hunter2');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByLabel('Query').waitFor();
  await close();
  await guarded.close();
});

test('an empty server shows how to start an agent, and the first line when it comes', async () => {
  const empty = await LogServer.start('--auth', 'off');
  const { page, close } = await openPage(browser, empty.page);
  await page.getByText('LOKI_URL=').waitFor();
  await empty.push(api, [[nowNs(), 'the first line']]);
  await rows(page).filter({ hasText: 'the first line' }).waitFor();
  await close();
  await empty.close();
});

// Explore in Chromium against the real server.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { chord, launchChromium, LogServer, nowNs, openPage, until, winston } from './support.mjs';

const api = { job: 'docker', host: 'backend-instance', service: 'api-server', level: 'info', container: 'api-server', stream: 'stdout' };
const queue = { ...api, host: 'queue-instance', service: 'queue-backend', container: 'queue-backend' };

let server, browser;
before(async () => {
  server = await LogServer.start('--auth', 'off');
  browser = await launchChromium();
  const base = nowNs() - 300_000_000_000n;
  const at = (i) => base + BigInt(i) * 1_000_000n;
  await server.push(api, Array.from({ length: 2000 }, (_, i) => [at(i * 10), winston('api-server', 'info', `GET /seats ${i}`, { userId: `user_id_${i % 50}` })]));
  await server.push({ ...api, level: 'error' }, [[at(5005), winston('api-server', 'error', '결제 실패: card declined', { userId: 'user_id_7', stack: 'Error: x\n    at y' })]]);
  await server.push(queue, [[at(4000), winston('queue-backend', 'info', 'Admitted', { userId: 'user_id_7' })]]);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const explore = (query, more = '') => `${server.page}/explore?query=${encodeURIComponent(query)}${more}`;
const rows = (page) => page.locator('.row:not([hidden])');
const status = (page) => page.locator('.explore-status').innerText();
const editor = (page) => page.locator('.cm-content');

test('lines are listed oldest on top, with level, service, message and fields', async () => {
  const { page, errors, close } = await openPage(browser, explore('{job="docker"}'));
  await rows(page).first().waitFor();
  assert.match(await rows(page).last().innerText(), /GET \/seats 1999/);
  assert.match(await rows(page).last().innerText(), /userId=user_id_49/);
  await page.locator('.facets .value', { hasText: 'queue-backend' }).first().waitFor();
  await page.locator('.legend .key', { hasText: 'error 1' }).waitFor();
  assert.deepEqual(errors, []);
  await close();
});

test('words, facets, fields and details narrow the search, and the address bar has the view', async () => {
  const { page, errors, close } = await openPage(browser, `${server.page}/explore`);
  await editor(page).click();
  await page.keyboard.type('user_id_7');
  await page.keyboard.press('Enter');
  await page.locator('.chip').waitFor();
  await rows(page).first().waitFor();
  await page.locator('.log-list').evaluate((e) => (e.scrollTop = 0));
  await rows(page).filter({ hasText: 'Admitted' }).first().waitFor();
  assert.ok((await page.locator('mark').count()) > 0);
  await page.locator('.field-name', { hasText: 'userId' }).click();
  await page.locator('.field .value', { hasText: 'user_id_7' }).waitFor();
  await page.locator('.facets .value', { hasText: 'error' }).click();
  await until('errors only', async () => (await rows(page).count()) === 1);
  assert.match(page.url(), /level/);
  await rows(page).first().click();
  await page.locator('.details').waitFor();
  assert.match(await page.locator('.details pre').innerText(), /"userId": "user_id_7"/);
  await page.locator('.details tr', { hasText: 'userId' }).getByRole('button', { name: /only this/ }).click();
  await until('a field condition', () => decodeURIComponent(page.url()).replace(/\+/g, ' ').includes('| userId = "user_id_7"'));
  await until('one line', async () => (await rows(page).count()) === 1);
  // + and - do it by keys, for the field whose button has the focus.
  await rows(page).first().click();
  await page.locator('.details tr', { hasText: 'userId' }).getByRole('button', { name: /as a column/ }).first().focus();
  await page.keyboard.press('-');
  await until('the opposite', () => decodeURIComponent(page.url()).replace(/\+/g, ' ').includes('| userId != "user_id_7"'));
  await page.goto(`${server.page}/explore?query=${encodeURIComponent('{service="api-server", level="error"} |= "user_id_7" | json | userId = "user_id_7"')}`);
  await until('one line', async () => (await rows(page).count()) === 1);
  const url = page.url();
  await page.goto(`${server.page}/settings`);
  await page.goto(url);
  await until('the view again', async () => (await rows(page).count()) === 1);
  assert.deepEqual(errors, []);
  await close();
});

test('the editor completes names and values from the server, and remembers what was run', async () => {
  const { page, errors, close } = await openPage(browser, `${server.page}/explore`);
  await editor(page).click();
  await page.keyboard.type('{serv');
  await page.locator('.cm-tooltip-autocomplete li', { hasText: /^service$/ }).waitFor();
  await page.waitForTimeout(120); // the list takes no key in its first moment
  await page.keyboard.press('Enter');
  await page.keyboard.type('"que');
  await page.locator('.cm-tooltip-autocomplete li', { hasText: 'queue-backend' }).waitFor();
  await page.waitForTimeout(120);
  await page.keyboard.press('Enter');
  await until('the query', async () => (await editor(page).innerText()).startsWith('{service="queue-backend"'));
  await page.keyboard.press('Control+Enter');
  await until('its line', async () => (await rows(page).count()) === 1);
  await editor(page).fill('seats');
  await page.keyboard.press('Control+Enter');
  await page.locator('.chip').waitFor();
  await editor(page).click();
  await page.keyboard.press('Control+ArrowUp');
  await page.keyboard.press('Control+ArrowUp');
  assert.match(await editor(page).innerText(), /queue-backend/);
  assert.deepEqual(errors, []);
  await close();
});

test('details: labels, metadata and what the query parsed are groups of their own', async () => {
  const at = nowNs() - 200_000_000_000n;
  const pushed = await fetch(`${server.url}/loki/api/v1/push`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ streams: [{ stream: { service: 'meta-app', level: 'info' }, values: [[String(at), 'status=200 took=5ms', { trace_id: 'abc123' }], [String(at), 'status=200 took=6ms']] }] }),
  });
  assert.equal(pushed.status, 204);
  const { page, errors, close } = await openPage(browser, explore('{service="meta-app"} | logfmt'));
  await rows(page).filter({ hasText: 'took=5ms' }).click();
  await page.locator('.group-metadata').waitFor();
  const groups = await page.locator('.details h3').allInnerTexts();
  assert.deepEqual(groups.slice(0, 3).map((text) => text.toLowerCase()), ['labels', 'metadata', 'parsed by the query']);
  assert.match(await page.locator('.group-metadata').innerText(), /trace_id\s+abc123/);
  assert.match(await page.locator('.group-labels').innerText(), /service\s+meta-app/);
  assert.match(await page.locator('.group-parsedFields').innerText(), /status\s+200/);
  await page.locator('.group-metadata tr', { hasText: 'trace_id' }).getByRole('button', { name: /only this/ }).click();
  await until('a condition on the metadata', () => decodeURIComponent(page.url()).replace(/\+/g, ' ').includes('| trace_id = "abc123"'));
  await until('its line', async () => (await rows(page).count()) === 1);
  assert.deepEqual(errors, []);
  await close();
});

test('newest first: the other end on top, older lines below, nothing moves under its reader', async () => {
  const { page, errors, close } = await openPage(browser, explore('{service=~"api-server|order-app"}', '&live=1&range=15m'), { viewport: { width: 1440, height: 700 } });
  await page.locator('.live-state.open', { hasText: 'LIVE' }).first().waitFor();
  await page.locator('.log-list').focus();
  await page.keyboard.press('o');
  const list = page.locator('.log-list');
  const seen = async () => (await rows(page).evaluateAll((all) => all.map((e) => [e.getBoundingClientRect().top, e.textContent]).sort((a, b) => a[0] - b[0]).map(([, text]) => /(seats|order) \d+/.exec(text)?.[0] ?? ''))).filter(Boolean);
  await until('the newest on top', async () => (await seen())[0] === 'seats 1999' && (await seen())[1] === 'seats 1998');
  // In the page's own order, too: that is what is marked and read aloud.
  assert.match((await rows(page).allInnerTexts())[0], /seats 1999/);
  const line = (i) => [nowNs(), winston('order-app', 'info', `order ${i}`)];
  await server.push({ ...api, service: 'order-app' }, [line(1)]);
  await until('a new line above', async () => (await seen())[0] === 'order 1');
  await list.hover();
  await page.mouse.wheel(0, 2000);
  await page.locator('.pill', { hasText: 'FOLLOW OFF' }).waitFor();
  const place = () => rows(page).evaluateAll((all) => all.map((e) => e.textContent + e.getBoundingClientRect().top).sort().join());
  await until('it to come to rest', async () => (await place()) === (await place()));
  const before = await place();
  await server.push({ ...api, service: 'order-app' }, Array.from({ length: 50 }, (_, i) => line(2 + i)));
  await page.locator('button.pill', { hasText: '50 new' }).waitFor();
  assert.equal(await place(), before);
  await page.locator('button.pill', { hasText: '50 new' }).click();
  await until('back on top', async () => (await seen())[0] === 'order 51');
  await page.keyboard.press('G');
  await until('older lines', async () => /held 2,0[45]/.test(await status(page)), 15);
  await until('the oldest at the end', async () => {
    await list.evaluate((e) => (e.scrollTop = e.scrollHeight));
    return (await seen()).at(-1) === 'seats 0';
  });
  await page.keyboard.press('o');
  await until('the oldest on top again', async () => {
    await list.evaluate((e) => (e.scrollTop = 0));
    return (await seen())[0] === 'seats 0';
  });
  assert.deepEqual(errors, []);
  await close();
});

test('older lines are loaded above without moving what is read', async () => {
  const { page, close } = await openPage(browser, explore('{service="api-server", level="info"}'));
  await rows(page).first().waitFor();
  const list = page.locator('.log-list');
  await list.evaluate((e) => (e.scrollTop = 15 * 22));
  await until('older lines', async () => /held 2,00/.test(await status(page)), 15);
  const texts = (await rows(page).allInnerTexts()).map((t) => t.replace(/\s+/g, ' '));
  assert.ok(texts.some((t) => / GET \/seats 10\d\d/.test(t)), texts.join('|'));
  await close();
});

test('context: the container whatever the level, and all services of the same second', async () => {
  const { page, close } = await openPage(browser, explore('{level="error"}'));
  await rows(page).first().click();
  await page.keyboard.press('c');
  await page.locator('.context li').nth(60).waitFor();
  const texts = await page.locator('.context li').allInnerTexts();
  assert.ok(texts.some((t) => t.includes('GET /seats 500')) && texts.some((t) => t.includes('GET /seats 501')), texts.join('|'));
  assert.match(await page.locator('.context .this').innerText(), /card declined/);
  await page.getByRole('tab', { name: 'Same second' }).click();
  await until('of all services', async () => /service_name=~/.test(await page.locator('.context-query').innerText()));
  await close();
});

test('keys: errors, wrap, pretty, marks, and back', async () => {
  const { page, errors, close } = await openPage(browser, explore('{service="api-server"}'));
  await rows(page).first().waitFor();
  await chord(page, 'g', 'g', async () => /held 2,00/.test(await status(page)));
  await chord(page, 'g', 'g', () => page.locator('.log-list').evaluate((e) => e.scrollTop === 0));
  await page.keyboard.press('e');
  await page.locator('.row.selected', { hasText: 'card declined' }).waitFor();
  const height = () => page.locator('.row.selected').evaluate((e) => e.offsetHeight);
  const before = await height();
  await page.keyboard.press('p');
  await until('unfolded', async () => (await height()) > before * 3);
  assert.match(await page.locator('.row.selected .pretty').innerText(), /"userId": "user_id_7"/);
  await page.keyboard.press('p');
  await until('folded', async () => (await height()) === before);
  await page.keyboard.press('m');
  await page.locator('.row.marked').waitFor();
  await page.keyboard.press('z');
  await page.locator('.log-list.wrap').waitFor();
  await page.keyboard.press('z');
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await chord(page, 'g', 'o', () => page.url().endsWith('/overview'));
  assert.deepEqual(errors, []);
  await close();
});

test('live: lines appear, reading freezes the list to the pixel, what came meanwhile is counted', async () => {
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
  await page.waitForTimeout(300);
  const place = () => list.evaluate((e) => [e.scrollTop, [...e.querySelectorAll('.row:not([hidden])')].map((r) => r.textContent + r.getBoundingClientRect().top).sort().join()]);
  const before = await place();
  await server.push(live, many(300, 200));
  await server.push({ ...live, level: 'error' }, many(500, 3, 'error'));
  await page.locator('.pill', { hasText: '203 new' }).waitFor();
  assert.match(await page.locator('.pill.errors').innerText(), /3 errors/);
  assert.deepEqual(await place(), before);
  await page.keyboard.press('End');
  await rows(page).filter({ hasText: 'line 502' }).waitFor();
  await until('all accounted for', async () => /matched 504[^]*held 504[^]*not shown 0/.test(await status(page)));
  assert.deepEqual(errors, []);
  await close();
});

test('Ctrl+L begins anew: what was there stays above', async () => {
  const { page, errors, close } = await openPage(browser, explore('{t="anew"}', '&live=1'));
  await page.locator('.live-state.open', { hasText: 'LIVE' }).first().waitFor();
  const labels = { ...api, t: 'anew' };
  await server.push(labels, Array.from({ length: 100 }, (_, i) => [nowNs() + BigInt(i), `old ${i}`]));
  await rows(page).filter({ hasText: 'old 99' }).waitFor();
  await page.keyboard.press('Control+l');
  const inView = () => page.locator('.log-list').evaluate((e) => {
    const box = e.getBoundingClientRect();
    return [...e.querySelectorAll('.row:not([hidden]) .message')].filter((m) => m.getBoundingClientRect().bottom > box.top + 2).map((m) => m.textContent);
  });
  await until('an empty view', async () => (await inView()).length === 0);
  await server.push(labels, [[nowNs(), 'fresh']]);
  await until('the fresh line alone', async () => (await inView()).join() === 'fresh');
  assert.match(await status(page), /held 101[^]*not shown 0/);
  await page.locator('.log-list').hover();
  await page.mouse.wheel(0, -500);
  await until('older ones above', async () => (await inView()).some((text) => text === 'old 99'));
  assert.deepEqual(errors, []);
  await close();
});

test('selected text stays while lines come', async () => {
  const { page, close } = await openPage(browser, explore('{t="select"}', '&live=1'));
  await page.locator('.live-state.open', { hasText: 'LIVE' }).first().waitFor();
  const labels = { ...api, t: 'select' };
  const lines = (n) => Array.from({ length: n }, (_, i) => [nowNs() + BigInt(i), `plain ${i}`]);
  await server.push(labels, lines(100));
  await rows(page).filter({ hasText: 'plain 99' }).first().waitFor();
  await rows(page).filter({ hasText: 'plain 97' }).first().locator('.message').dblclick();
  const chosen = await page.evaluate(() => getSelection().toString());
  assert.ok(chosen.trim().length > 0);
  await server.push(labels, lines(200));
  await page.locator('.pill', { hasText: '200 new' }).waitFor();
  assert.equal(await page.evaluate(() => getSelection().toString()), chosen);
  await close();
});

test('live comes back after the server was away, without a gap and without doubles', async () => {
  const { page, close } = await openPage(browser, explore('{t="away"}', '&live=1'));
  const labels = { ...api, t: 'away' };
  await page.locator('.live-state.open', { hasText: 'LIVE' }).first().waitFor();
  await server.push(labels, [[nowNs(), 'before']]);
  await rows(page).filter({ hasText: 'before' }).waitFor();
  await server.process.stop();
  await page.locator('.explore-status .live-state.waiting').waitFor();
  await server.restart();
  await server.push(labels, [[nowNs(), 'after']]);
  await rows(page).filter({ hasText: 'after' }).waitFor();
  assert.equal(await rows(page).count(), 2);
  await close();
});

test('what was missed while away stands as a gap, and loads from storage', async () => {
  const { page, close } = await openPage(browser, explore('{t="gap"}', '&live=1'));
  const labels = { ...api, t: 'gap' };
  await page.locator('.live-state.open', { hasText: 'LIVE' }).first().waitFor();
  await server.push(labels, [[nowNs(), 'the first']]);
  await rows(page).filter({ hasText: 'the first' }).waitFor();
  await page.waitForTimeout(2500); // the new connection looks two seconds back
  await server.process.stop();
  await page.locator('.explore-status .live-state.waiting').waitFor();
  await page.context().setOffline(true);
  await server.restart();
  for (let i = 0; i < 3; i++) await server.push(labels, Array.from({ length: 3000 }, (_, j) => [nowNs() + BigInt(j), `missed ${i * 3000 + j}`]));
  await page.context().setOffline(false);
  await rows(page).filter({ hasText: 'missed 8999' }).waitFor();
  await page.locator('.log-list').evaluate((e) => (e.scrollTop = 0));
  await page.locator('.gap-load').click();
  await until('all of them', async () => /held 9,001\b/.test(await status(page)), 20);
  await close();
});

test('a mistake in the query is told with its place', async () => {
  const { page, close } = await openPage(browser, explore('{job="docker"} |= '));
  await page.getByRole('alert').waitFor();
  assert.match(await page.getByRole('alert').innerText(), /line 1, col/);
  await close();
});

test('an address in a line opens by Ctrl+click, and only by it', async () => {
  await server.push({ ...api, t: 'address' }, [[nowNs(), `see ${server.page}/settings, please`]]);
  const { page, close } = await openPage(browser, explore('{t="address"}'));
  const message = rows(page).first().locator('.message');
  await message.waitFor();
  const box = await message.evaluate((e) => {
    const range = document.createRange();
    range.setStart(e.firstChild, 10);
    range.setEnd(e.firstChild, 11);
    const { x, y, width, height } = range.getBoundingClientRect();
    return { x: x + width / 2, y: y + height / 2 };
  });
  await page.keyboard.down('Control');
  const [opened] = await Promise.all([page.context().waitForEvent('page'), page.mouse.click(box.x, box.y)]);
  await page.keyboard.up('Control');
  assert.match(opened.url(), /\/settings$/);
  await page.mouse.click(box.x, box.y);
  await page.locator('.details').waitFor();
  assert.equal(page.context().pages().length, 2);
  await close();
});

test('brushing the histogram zooms', async () => {
  const { page, close } = await openPage(browser, explore('{job="docker"}'));
  await page.locator('.legend .key', { hasText: 'info' }).waitFor();
  const box = await page.locator('.histogram canvas.bars').boundingBox();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 30);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.8, box.y + 30);
  await page.mouse.up();
  await until('a fixed range', () => /range=\d+-\d+/.test(page.url()));
  await close();
});

test('bars are chosen by keys, told, and zoomed to', async () => {
  const { page, errors, close } = await openPage(browser, explore('{job="docker"}'));
  await page.locator('.legend .key', { hasText: 'info' }).waitFor();
  const bars = page.getByRole('slider', { name: 'Lines by level over time' });
  const said = () => bars.getAttribute('aria-valuetext');
  assert.match(await said(), /Enter zooms/);
  await bars.focus();
  await page.keyboard.press('End');
  assert.equal(await bars.getAttribute('aria-valuenow'), await bars.getAttribute('aria-valuemax'));
  assert.match(await said(), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  /);
  await page.keyboard.press('Escape');
  assert.match(await said(), /Enter zooms/);
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+End');
  assert.match(await said(), / – .* info [\d,]+/);
  await page.locator('.histogram .brush').waitFor();
  assert.equal(await page.locator('.histogram .hover').innerText(), (await said()).replace(/ +/g, ' '));
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Shift+PageUp');
  const [begin, end] = (await said()).split('  ')[0].split(' – ');
  const [from, to] = [begin, end.length > 8 ? end : begin.slice(0, 11) + end].map((text) => Date.parse(`${text.replace(' ', 'T')}Z`));
  await page.keyboard.press('Enter');
  await until('their range', () => page.url().includes(`range=${from}-${to}`));
  assert.deepEqual(errors, []);
  await close();
});

test('export has the whole result; a saved view and a link bring it back', async () => {
  const { page, close } = await openPage(browser, explore('{service="api-server"} |= "seats"'), { permissions: ['clipboard-read', 'clipboard-write'] });
  await rows(page).first().waitFor();
  await page.getByRole('button', { name: 'Export' }).click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'txt' }).click()]);
  assert.equal(readFileSync(await download.path(), 'utf8').trimEnd().split('\n').length, 2000);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Views' }).click();
  await page.getByLabel('name of this view').fill('api');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('link', { name: 'api', exact: true }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Share' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(link, /range=\d+-\d+/);
  await page.goto(link);
  await rows(page).first().waitFor();
  await rows(page).last().click();
  await page.keyboard.press('Shift+Y');
  const line = await until('a link to the line', async () => {
    const text = await page.evaluate(() => navigator.clipboard.readText());
    return text.includes('line=') && text;
  });
  await page.goto(line);
  await page.locator('.row.selected').waitFor();
  await close();
});

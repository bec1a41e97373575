// Overview, Opening, Journey, Services, first run and login in Chromium against the real server.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium, LogServer, nowNs, openPage, until, winston } from './support.mjs';

const stream = (service, level = 'info', more = {}) => ({ job: 'docker', host: service === 'queue-backend' ? 'queue-instance' : 'backend-instance', service, level, container: service, ...more });

let server, browser;
before(async () => {
  server = await LogServer.start('--auth', 'off');
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  await server?.close();
});

test('Overview: tiles, errors and new kinds of them, live; a click goes to the lines', async () => {
  const { page, errors, close } = await openPage(browser, server.page);
  await server.push(stream('api-server'), [[nowNs(), winston('api-server', 'info', 'GET /seats')]]);
  await page.locator('.tile', { hasText: 'api-server' }).waitFor();
  for (let i = 0; i < 6; i++) {
    await server.push(stream('ticket-server', 'error'), [[nowNs(), winston('ticket-server', 'error', `Payment ${i} failed for user_id_${i}`)]]);
  }
  await page.locator('.tile', { hasText: 'ticket-server' }).locator('.errors.some', { hasText: '6' }).waitFor();
  await page.locator('.tile.burst', { hasText: 'ticket-server' }).waitFor();
  await page.locator('.ticker li', { hasText: 'Payment 5 failed' }).waitFor();
  const fault = page.locator('.faults li', { hasText: 'Payment <n> failed for user_id_<n>' });
  await fault.waitFor();
  await until('counted', async () => /×6/.test(await fault.innerText()), 30);
  assert.match(await page.locator('.tile', { hasText: 'api-server' }).innerText(), /last line \d/);
  await server.push(stream('api-server', 'info', { source: 'docker-event' }), [[nowNs(), JSON.stringify({ event: 'die', exitCode: 137 })]]);
  await page.locator('.pulse-histogram .mark.bad').waitFor();
  await page.getByRole('button', { name: '24h' }).click();
  await page.locator('.pulse-histogram .key', { hasText: 'error 6' }).waitFor();
  await page.locator('.tile', { hasText: 'ticket-server' }).click();
  await page.locator('.row', { hasText: 'Payment 5 failed' }).waitFor();
  assert.match(decodeURIComponent(page.url()), /service="ticket-server"/);
  assert.deepEqual(errors, []);
  await close();
});

test('the wall screen has numbers and nothing else, and comes back by itself', async () => {
  const { page, close } = await openPage(browser, `${server.page}/overview?wall=1`);
  await page.locator('.tile.wall').first().waitFor();
  assert.equal(await page.locator('.rail, .top, .status-bar').count(), 0);
  await server.process.stop();
  await server.restart();
  await server.push(stream('api-server'), Array.from({ length: 500 }, (_, i) => [nowNs() + BigInt(i), 'again']));
  await until('counts go on', async () => Number((await page.locator('.tile', { hasText: 'api-server' }).locator('.rate strong').innerText()).replace(/,/g, '')) >= 50, 20);
  await close();
});

test('Journey: lanes in order, hops, repeats, the verdict, and it goes on growing', async () => {
  const base = nowNs() - 60_000_000_000n;
  const at = (ms) => base + BigInt(ms) * 1_000_000n;
  const who = { userId: 'user_id_777' };
  await server.push(stream('queue-backend'), [[at(0), winston('queue-backend', 'info', 'Entered', who)], ...[1, 2, 3].map((i) => [at(100 * i), winston('queue-backend', 'info', 'Waiting', who)])]);
  await server.push(stream('api-server'), [[at(1100), winston('api-server', 'info', 'GET /seats', who)]]);
  await server.push(stream('ticket-server', 'error'), [[at(5300), winston('ticket-server', 'error', 'Payment failed', who)]]);
  // A longer id, and one in another field, are somebody else.
  await server.push(stream('api-server'), [[at(1200), winston('api-server', 'info', 'another', { userId: 'user_id_7777' })]]);
  await server.push(stream('api-server'), [[at(1300), winston('api-server', 'info', 'invited', { invitedBy: 'user_id_777' })]]);
  const { page, errors, close } = await openPage(browser, `${server.page}/journey`);
  await page.getByLabel('Follow').fill('user_id_777');
  await page.keyboard.press('Enter');
  await page.locator('.verdict.bad', { hasText: 'Failed in ticket-server' }).waitFor();
  assert.deepEqual(await page.locator('.lane-name').allInnerTexts(), ['queue-backend', 'api-server', 'ticket-server']);
  await page.locator('.events li', { hasText: 'invited' }).waitFor();
  assert.equal(await page.locator('.events li', { hasText: 'another' }).count(), 0);
  await page.locator('.chip-inline', { hasText: 'userId · 6' }).click();
  await page.locator('.events li', { hasText: 'invited' }).waitFor({ state: 'detached' });
  assert.deepEqual(await page.locator('.hop-time').allTextContents(), ['800 ms', '4.2 s']);
  await page.locator('.events li', { hasText: 'Waiting × 3' }).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('body').click({ position: { x: 5, y: 5 } }).catch(() => {});
  await page.getByLabel('Follow').evaluate((e) => e.blur());
  await page.keyboard.press('e');
  await page.locator('.details', { hasText: 'Payment failed' }).waitFor();
  await server.push(stream('api-server'), [[nowNs(), winston('api-server', 'info', 'tries again', who)]]);
  await page.locator('.events li', { hasText: 'tries again' }).waitFor();
  assert.deepEqual(errors, []);
  await close();
});

test('Opening: countdown, pre-flight, strips around T0 with first lines, verdict and report', async () => {
  // Services of its own: a container of another test that ended since T0 would decide the verdict.
  const t0 = Date.now() - 30_000;
  const at = (ms) => BigInt(t0 + ms) * 1_000_000n;
  for (const service of ['gate-server', 'seat-server', 'line-backend']) {
    await server.push(stream(service, 'info', { opening: 'x' }), Array.from({ length: 20 }, (_, i) => [at(132 + 100 * i), winston(service, 'info', 'sold')]));
  }
  const { page, errors, close } = await openPage(browser, `${server.page}/opening`);
  await page.evaluate((ms) => localStorage.setItem('logsvc.openings', JSON.stringify([{ name: 'Concert', atMs: ms, services: ['gate-server', 'line-backend'] }])), t0);
  await page.reload();
  await page.locator('.opening-strip', { hasText: 'gate-server' }).locator('.first', { hasText: '+0.132 s' }).waitFor();
  assert.equal(await page.locator('.opening-strip').count(), 2);
  assert.match(await page.locator('.countdown').innerText(), /^\+00:0\d:\d\d$/);
  await page.locator('.verdict', { hasText: 'So far: 2/2 services logged, 0 errors' }).waitFor();
  await page.getByRole('button', { name: '100 ms' }).click();
  await page.locator('.opening-strip', { hasText: 'line-backend' }).getByText('20 lines').waitFor();
  assert.ok((await page.locator('.preflight li').count()) >= 4);
  assert.match(await page.locator('.preflight').innerText(), /disk \d+ % free/);
  await page.getByRole('button', { name: 'New opening' }).click();
  const later = new Date(Date.now() + 3_600_000 * 5);
  await page.getByLabel('Opens at').fill(later.toISOString().slice(0, 19));
  await page.getByRole('button', { name: 'Save' }).click();
  await until('a countdown', async () => /^[−]04:59/.test(await page.locator('.countdown').innerText()));
  assert.deepEqual(errors, []);
  await close();
});

test('Opening: a link brings it to another browser, successes are counted, what was the day before stands grey', async () => {
  const t0 = Date.now() - 40_000;
  const at = (ms) => BigInt(t0 + ms) * 1_000_000n;
  const sold = (ms, n) => Array.from({ length: n }, (_, i) => [at(ms + i), winston('seller', 'info', `결제가 완료되었습니다 ${ms} ${i}`)]);
  await server.push(stream('seller'), [[at(-5_000), winston('seller', 'info', '결제가 완료되었습니다')], ...sold(1_231, 25)]);
  await server.push(stream('seller'), sold(-864e5 + 500, 40));
  const address = (ms) => `${server.page}/opening?${new URLSearchParams({ at: ms, name: 'Musical', service: 'seller', success: '결제가 완료' })}`;
  const { page, errors, close } = await openPage(browser, address(t0), { permissions: ['clipboard-read', 'clipboard-write'] });
  await page.locator('.verdict', { hasText: '25 successes, the first at +1.231 s' }).waitFor();
  await page.locator('.ticker li', { hasText: '결제가 완료되었습니다' }).first().waitFor();
  await page.getByRole('button', { name: 'Share' }).click();
  assert.equal(await until('the link', () => page.evaluate(() => navigator.clipboard.readText())), address(t0));
  // Before T0 there is the curve of the day before.
  await page.goto(address(t0 + 3_000_000));
  await until('before T0', async () => /^−00:/.test(await page.locator('.countdown').innerText()));
  await page.goto(address(t0 - 900_000));
  await page.getByText('Report', { exact: true }).waitFor();
  await page.locator('.verdict.bad', { hasText: '0/1 services logged, 0 errors · seller logged nothing' }).waitFor();
  await page.goto(address(t0 - 300_000));
  assert.deepEqual(errors, []);
  await close();
});

test('Alerts: what needs a look now, from services, agents, containers and disk', async () => {
  const { page, errors, close } = await openPage(browser, `${server.page}/alerts`);
  const list = page.locator('.watch-list');
  await page.getByText('All services log as usual.').or(list.locator('li').first()).first().waitFor();
  const report = { v: 1, agent: 'aaaa0a1b2c3d4e5f', host: 'late-host', version: '1', clock: String(nowNs() - 1_500_000_000n), started: String(nowNs()), containers: 1, spool: { bytes: 5, lines: 2, age_ms: 90_000 }, dropped: { refused: 7 }, lines: [] };
  const labels = { ...stream('crashing'), source: 'docker-event' };
  await fetch(`${server.url}/loki/api/v1/push`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Logsvc-Agent': JSON.stringify(report) },
    body: JSON.stringify({ streams: [{ stream: labels, values: [[String(nowNs()), JSON.stringify({ event: 'die', exitCode: 137 })]] }] }),
  });
  await list.locator('li.bad', { hasText: 'late-host the agent dropped 7 lines' }).waitFor();
  await list.locator('li.warn', { hasText: 'late-host lines wait' }).waitFor();
  await list.locator('li.bad', { hasText: /late-host skew/ }).waitFor();
  await list.locator('li.bad', { hasText: /crashing container ended .* ago: die exit code 137/ }).click();
  await until('its lines', () => page.url().includes('/explore'));
  assert.deepEqual(errors, []);
  await close();
});

test('Services: counts, lint with the fix, agents and their ledger, forecast', async () => {
  await server.push(stream('old-app'), [[nowNs(), 'not json at all']]);
  const report = { v: 1, agent: '9f3c0a1b2c3d4e5f', host: 'app-1', version: '9.8.7', clock: String(nowNs() - 2_000_000_000n), started: String(nowNs()), containers: 3, spool: { bytes: 5, lines: 2, age_ms: 10 }, dropped: {}, lines: [['c1', 1, 10], ['c1', 15, 5]], retries: 2, error: 'connection refused', error_at: String(nowNs()),
    sources: [['c1', 'api-1', 'json-file', 'file', Date.now(), 0, 1], ['c2', 'queue-1', 'none', 'not read: the driver keeps nothing', 0, -1, 1], ['c3', 'old-1', 'local', 'api', Date.now() - 60_000, 30_000, 0]] };
  const pushed = await fetch(`${server.url}/loki/api/v1/push`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Logsvc-Agent': JSON.stringify(report) },
    body: JSON.stringify({ streams: [{ stream: stream('old-app'), values: [[String(nowNs()), 'x']] }] }),
  });
  assert.equal(pushed.status, 204);
  const { page, errors, close } = await openPage(browser, `${server.page}/services`);
  const row = page.locator('tr', { has: page.getByRole('link', { name: 'old-app' }) });
  await row.locator('.lint summary').click();
  assert.match(await row.innerText(), /not JSON[^]*format\.json\(\)/);
  const agent = page.locator('tr', { hasText: '9.8.7' });
  await agent.waitFor();
  assert.match(await agent.innerText(), /app-1[^]*−?-?2,\d\d\d ms|app-1[^]*-\d/);
  assert.match(await agent.innerText(), /2[^]*connection refused/);
  const containers = page.getByRole('region', { name: 'Containers' }).locator('tbody tr');
  assert.deepEqual((await containers.allInnerTexts()).map((text) => /(api|queue|old)-1/.exec(text)[0]), ['queue-1', 'api-1', 'old-1']);
  assert.match(await containers.nth(0).innerText(), /running\s+none\s+not read: the driver keeps nothing\s+–\s+–/);
  assert.match(await containers.nth(1).innerText(), /running\s+json-file\s+its file\s+[\d.]+ s ago\s+0\s+15\s+4/);
  assert.match(await containers.nth(2).innerText(), /ended\s+local\s+Docker API\s+1 min \d+ s ago\s+30 s/);
  await page.locator('.ledger rect.missing').waitFor();
  assert.match(await page.locator('.ledger tr', { hasText: 'c1' }).innerText(), /15\s+4/);
  // With the true ratio of what is stored.
  await server.push(stream('old-app'), Array.from({ length: 3000 }, (_, i) => [nowNs() + BigInt(i), `a line that is repeated ${i % 7}`]));
  assert.equal((await fetch(`${server.url}/flush`, { method: 'POST' })).status, 204);
  await page.reload();
  await page.locator('.forecast', { hasText: /At this rate 14 days need about/ }).waitFor();
  await page.locator('.facts', { hasText: /compression\s*[\d.,]+ : 1/ }).waitFor();
  await page.locator('.facts', { hasText: /ingest p99\s*≤ [\d,.]+ ms/ }).waitFor();
  await page.locator('.status-bar', { hasText: /disk > 999 d|disk \d+ d/ }).waitFor();
  assert.deepEqual(errors, []);
  await close();
});

test('Settings: language, theme, zone, and what the server runs with', async () => {
  const { page, errors, close } = await openPage(browser, `${server.page}/settings`);
  await page.getByRole('combobox', { name: 'Language' }).selectOption('ko');
  await page.getByRole('heading', { name: '프로필' }).waitFor();
  await page.getByRole('combobox', { name: '테마' }).selectOption('dark');
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  await page.locator('.settings-parts a', { hasText: '서버 설정' }).click();
  await page.locator('tr', { hasText: 'max_line_size' }).first().waitFor();
  await page.reload();
  await page.locator('tr', { hasText: 'max_line_size' }).first().waitFor();
  await page.getByRole('heading', { name: '서버 설정' }).waitFor();
  assert.deepEqual(errors, []);
  await close();
});

test('with a password the page asks for it', async () => {
  const guarded = await LogServer.start('--auth', 'password', '--admin-password', 'hunter2');
  const { page, close } = await openPage(browser, guarded.page);
  await page.getByLabel('User').fill('admin');
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('alert').waitFor();
  await page.getByLabel('Password').fill('hunter2');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByText('LOKI_URL=').waitFor();
  for (const path of ['/api/pulse', '/api/faults', '/api/agents', '/api/export?query=%7Ba%3D%22b%22%7D']) {
    assert.equal((await fetch(guarded.page + path)).status, 401, path);
  }
  await close();
  await guarded.close();
});

test('on a phone an empty server shows the whole of how to start', async () => {
  const empty = await LogServer.start('--auth', 'off');
  const { page, close } = await openPage(browser, `${empty.page}/overview`, { viewport: { width: 390, height: 800 } });
  await page.locator('.first-run pre').waitFor();
  for (const what of ['.first-run pre', '.first-run .choice button >> nth=-1']) {
    const box = await page.locator(what).boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= 390, `${what} ${JSON.stringify(box)}`);
  }
  await close();
  await empty.close();
});

test('an empty server shows how to start an agent, with its address, and the first service when it comes', async () => {
  const empty = await LogServer.start('--auth', 'off');
  const { page, close } = await openPage(browser, empty.page);
  // The address that the page was opened by means another machine elsewhere.
  await page.getByText(`LOKI_URL=http://MONITORING_HOST:${empty.port}/loki/api/v1/push`).waitFor();
  await page.getByRole('button', { name: 'systemd' }).click();
  await page.getByText('ExecStart=').waitFor();
  await empty.push(stream('api-server'), [[nowNs(), 'the first line']]);
  await page.locator('.tile', { hasText: 'api-server' }).waitFor();
  // It stays at hand for the next server.
  await page.goto(`${empty.page}/services`);
  await page.getByRole('button', { name: 'Add a server' }).click();
  await page.locator('.first-run pre').waitFor();
  await empty.push({ service: 'queue', host: 'app-2' }, [[nowNs(), 'x']]);
  await page.locator('.arrived', { hasText: 'app-2' }).waitFor();
  await close();
  await empty.close();
});

// Every page in both languages and themes without a fault that axe finds; on a phone in one column; lines that
// mean harm shown as text.
import AxeBuilder from '@axe-core/playwright';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chord, launchChromium, LogServer, nowNs, openPage, until, winston } from './support.mjs';

const api = { job: 'docker', host: 'backend-instance', service: 'api-server', level: 'info', container: 'api-server', stream: 'stdout' };

let server, browser;
before(async () => {
  server = await LogServer.start('--auth', 'off');
  browser = await launchChromium();
  const now = nowNs();
  const at = (i) => now - BigInt(60_000 - i * 25) * 1_000_000n;
  await server.push(api, Array.from({ length: 2000 }, (_, i) => [at(i), winston('api-server', 'info', `GET /seats ${i}`, { userId: `user_id_${i % 50}` })]));
  await server.push({ ...api, level: 'warn' }, [[at(300), winston('api-server', 'warn', 'slow', { userId: 'user_id_7' })]]);
  await server.push({ ...api, service: 'ticket-server', container: 'ticket-server', level: 'error' }, [[at(1000), winston('ticket-server', 'error', '결제 실패: card declined', { userId: 'user_id_7' })]]);
  // Of all that pages can show something: counters, views, openings, agents with containers.
  await fetch(`${server.page}/api/shared`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      put: [
        { kind: 'counters', item: { id: 'c', name: 'seats looked at, by everybody who came', query: '{job="docker"} |= "seats"' } },
        { kind: 'views', item: { id: 'v', name: 'errors', search: '?query=x' } },
        { kind: 'openings', item: { id: 'o', name: '콘서트', atMs: Date.now() + 7_200_000, services: [] } },
      ],
    }),
  });
  const report = { v: 1, agent: 'a1', host: 'backend-instance', version: '1.0.0', clock: String(now), retries: 3, error: 'connection refused', error_at: String(now), lines: [['c1', 1, 5], ['c1', 9, 5]],
    sources: [['c1', 'api-server', 'json-file', 'file', Date.now(), 0, 1], ['c2', 'job', 'none', 'not read: no log', 0, -1, 0], ['c3', 'slow', 'local', 'api', Date.now(), 60_000, 1]] };
  await fetch(`${server.url}/loki/api/v1/status/buildinfo`, { headers: { 'X-Logsvc-Agent': JSON.stringify(report) } });
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const query = encodeURIComponent('{job="docker"} |= "user_id_7"');
const pages = {
  overview: ['/overview', '.tile'],
  wall: ['/overview?wall=1', '.tile'],
  explore: [`/explore?query=${query}`, '.row'],
  journey: ['/journey?value=user_id_7', '.events li'],
  opening: ['/opening', '.preflight li'],
  services: ['/services', '.scroll-x td > strong'],
  alerts: ['/alerts', '.alerts .panel'],
  settings: ['/settings', '.settings kbd'],
  'settings-masking': ['/settings/masking', '.masking-form textarea'],
  'settings-server': ['/settings/server', '.settings tr code'],
  'settings-users': ['/settings/users', '.settings .notice'],
};

async function open(language, theme, path, what, more = {}) {
  const opened = await openPage(browser, server.page + path, { settings: { language, theme }, ...more });
  await opened.page.locator(what).first().waitFor();
  return opened;
}

for (const language of ['en', 'ko']) {
  for (const theme of ['light', 'dark']) {
    test(`no accessibility fault: ${language}, ${theme}`, async () => {
      for (const [name, [path, what]] of Object.entries(pages)) {
        const { page, errors, close } = await open(language, theme, path, what);
        if (name === 'explore') {
          await page.locator('.cm-content').waitFor();
          await page.locator('.row:not([hidden])').first().click();
          await page.locator('.details').waitFor();
          await page.locator('.legend .key').first().waitFor();
        }
        await page.screenshot({ path: `results/${name}-${language}-${theme}.png` });
        const found = await new AxeBuilder({ page }).analyze();
        assert.deepEqual(found.violations.map((v) => `${name} ${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`), []);
        assert.deepEqual(errors, []);
        await close();
      }
    });
  }
}

test('a phone has everything in one column', async () => {
  for (const [name, [path, what]] of Object.entries(pages)) {
    const { page, close } = await open('ko', 'light', path, what, { viewport: { width: 390, height: 800 } });
    if (name === 'explore') {
      await page.getByRole('button', { name: /라벨/ }).first().click();
      await page.locator('.facets .value').first().waitFor();
      await page.getByRole('button', { name: /라벨/ }).first().click();
    }
    await page.screenshot({ path: `results/${name}-phone.png` });
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, name);
    // Nor does the page's own frame hide what stands out (by more than rounding).
    assert.equal(await page.locator('main > *').first().evaluate((e) => e.scrollWidth <= e.clientWidth + 1), true, name);
    await close();
  }
});

test('every page is reached and left by keys', async () => {
  const { page, close } = await open('en', 'light', '/overview', '.tile');
  for (const [key, path] of Object.entries({ e: 'explore', j: 'journey', p: 'opening', s: 'services', a: 'alerts', ',': 'settings', o: 'overview' })) {
    await page.evaluate(() => document.activeElement?.blur());
    await chord(page, 'g', key, () => new URL(page.url()).pathname === `/${path}`);
  }
  await close();
});

test('Ctrl+K finds pages, services and words', async () => {
  const { page, errors, close } = await open('en', 'light', '/overview', '.tile');
  const palette = page.getByRole('dialog', { name: 'Find or do' });
  await page.keyboard.press('Control+k');
  await palette.waitFor();
  const found = await new AxeBuilder({ page }).include('.palette').analyze();
  assert.deepEqual(found.violations.map((v) => v.id), []);
  await page.keyboard.type('tckt');
  await palette.locator('li', { hasText: 'ticket-server' }).waitFor();
  await page.keyboard.press('Enter');
  await until('its lines, live', () => /service="ticket-server"/.test(decodeURIComponent(page.url())) && page.url().includes('live=1'));
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+k');
  await palette.waitFor();
  await page.keyboard.type('user_id_7');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await until('its journey', () => page.url().includes('/journey?value=user_id_7'));
  await page.goto(`${server.page}/services`);
  await page.locator('.services .table td').first().waitFor();
  await page.keyboard.press('/');
  await palette.waitFor();
  await page.keyboard.press('Escape');
  await palette.waitFor({ state: 'detached' });
  const zone = page.getByRole('button', { name: /Time zone/ });
  const before = await zone.innerText();
  await zone.click();
  await until('another zone', async () => (await zone.innerText()) !== before);
  assert.deepEqual(errors, []);
  await close();
});

test('hostile lines are text in every view', async () => {
  const labels = { ...api, service: 'hostile', t: 'hostile', level: 'error' };
  const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`key${i}`, i]));
  const lines = [
    '<script>window.harmed = 1</script><img src=x onerror="window.harmed = 1">',
    winston('hostile', 'error', '<b onmouseover=harmed=1>bold</b>', { 'x"onfocus="harmed=1': '</script><svg onload=harmed=1>' }),
    `\u202egnp.exe\u202c \u200b zero \x00\x01\x07\x1b[31mred\x1b]8;;javascript:harmed=1\x07link\x1b]8;;\x07`,
    JSON.stringify({ message: 'many keys', ...many }),
    `{"message":"deep","x":${'['.repeat(2000)}${']'.repeat(2000)}}`,
    'x'.repeat(1_000_000),
    '{"message":"not closed',
    `{"__proto__":{"polluted":1},"constructor":"x","message":"proto","userId":"user_hostile_1"}`,
    '\ud83d\ude00'.repeat(1000) + '한글'.repeat(1000),
  ];
  let at = nowNs() - 5_000_000_000n;
  for (const line of lines) await server.push(labels, [[(at += 1_000_000n), line]]);
  const check = async (page, name, errors) => {
    assert.equal(await page.evaluate(() => window.harmed ?? ({}).polluted), undefined, name);
    assert.equal(await page.evaluate(() => document.querySelectorAll('main script, main img, main [onload], main [onerror], main [onmouseover]').length), 0, name);
    assert.deepEqual(errors, [], name);
  };
  for (const settings of [{}, { wrap: true }]) {
    const { page, errors, close } = await openPage(browser, `${server.page}/explore?query=${encodeURIComponent('{t="hostile"}')}`, { settings });
    await page.locator('.row', { hasText: 'many keys' }).waitFor();
    const shown = page.locator('.row:not([hidden])');
    await chord(page, 'g', 'g', () => shown.filter({ hasText: '<script>window.harmed' }).first().isVisible());
    await shown.filter({ hasText: '⟨U+202E⟩' }).first().waitFor();
    for (let i = 0; i < lines.length; i++) {
      await page.keyboard.press('j');
      await page.keyboard.press('Enter');
      await page.locator('.details').waitFor();
      await page.keyboard.press('p');
    }
    await check(page, `explore ${JSON.stringify(settings)}`, errors);
    await close();
  }
  for (const [path, what] of [['/overview', '.ticker li'], ['/journey?value=hostile&range=1h', '.events li'], ['/services', '.lint summary'], ['/alerts', '.faults li']]) {
    const { page, errors, close } = await openPage(browser, server.page + path);
    await page.locator(what).first().waitFor();
    if (what === '.lint summary') for (const summary of await page.locator(what).all()) await summary.click();
    await check(page, path, errors);
    await close();
  }
});

for (const [language, few, one] of [['en', '3 new lines', '1 new line, 1 error'], ['ko', '새 로그 3줄', '새 로그 1줄, 오류 1건']]) {
  test(`new lines are told to those who hear the page: ${language}`, async () => {
    const labels = { ...api, t: `told-${language}` };
    await server.push(labels, [[nowNs(), 'the first']]);
    const { page, errors, close } = await open(language, 'light', `/explore?query=${encodeURIComponent(`{t="${labels.t}"}`)}&live=1`, '.row');
    await page.locator('.explore-status .live-state.open').waitFor();
    const told = page.locator('.log-list-frame').getByRole('status');
    await server.push(labels, [1n, 2n, 3n].map((i) => [nowNs() + i, 'more']));
    await until('that three came', async () => (await told.innerText()) === few);
    await server.push({ ...labels, level: 'error' }, [[nowNs(), 'bad']]);
    await until('that an error came', async () => (await told.innerText()) === one);
    assert.deepEqual(errors, []);
    await close();
  });
}

test('the list goes by arrows and Enter where single keys are off', async () => {
  const { page, errors, close } = await openPage(browser, `${server.page}/explore?query=${query}`, { settings: { keys: false } });
  await page.locator('.row:not([hidden])').first().waitFor();
  const list = page.getByRole('listbox', { name: 'Log lines' });
  const active = async () => page.locator(`#${await list.getAttribute('aria-activedescendant')}`);
  const place = async () => Number(await (await active()).getAttribute('aria-posinset'));
  await list.focus();
  await page.keyboard.press('ArrowUp');
  const last = await until('a selected row', place);
  await page.keyboard.press('ArrowUp');
  await until('the one above', async () => (await place()) === last - 1);
  await page.keyboard.press('ArrowDown');
  await until('the one below', async () => (await place()) === last);
  await page.keyboard.press('j');
  assert.equal(await place(), last);
  await page.keyboard.press('Enter');
  await page.locator('.details').waitFor();
  assert.deepEqual(errors, []);
  await close();
});

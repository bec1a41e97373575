// The page says what is so, in Chromium against the real server, in both languages.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium, LogServer, nowNs, openPage, until, winston } from './support.mjs';

let server, browser;
const api = { job: 'docker', host: 'backend-instance', service: 'api-server', level: 'info', container: 'api-server' };
before(async () => {
  server = await LogServer.start('--auth', 'off');
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const explore = (query, more = '') => `${server.page}/explore?query=${encodeURIComponent(query)}${more}`;
const rows = (page) => page.locator('.row:not([hidden])');
const status = (page) => page.locator('.explore-status').innerText();
const queryOf = (page) => new URL(page.url()).searchParams.get('query') ?? '';
const languages = { en: { copied: 'Copied', failed: /Not copied/, share: 'Share' }, ko: { copied: '복사됨', failed: /복사 실패/, share: '공유' } };

for (const [language, words] of Object.entries(languages)) {
  test(`copying works without a clipboard, and says when it did not (${language})`, async () => {
    await server.push({ ...api, t: `copy-${language}` }, [[nowNs(), 'to be copied']]);
    const { page, errors, close } = await openPage(browser, explore(`{t="copy-${language}"}`), { settings: { language }, permissions: ['clipboard-read'] });
    // As over plain http.
    await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true }));
    await page.evaluate(() => document.addEventListener('copy', () => (window.copiedText = document.activeElement.value)));
    await rows(page).first().waitFor();
    await page.getByRole('button', { name: words.share, exact: true }).click();
    await page.getByRole('button', { name: words.copied }).waitFor();
    assert.match(await page.evaluate(() => window.copiedText), /\/explore\?query=.*range=\d+-\d+/);
    await rows(page).first().click();
    await page.keyboard.press('y');
    await until('the line', async () => (await page.evaluate(() => window.copiedText)) === 'to be copied');
    await page.evaluate(() => (document.execCommand = () => false));
    await page.keyboard.press('y');
    await page.getByText(words.failed).first().waitFor();
    assert.deepEqual(errors, []);
    await close();
  });
}

test('each filter, zoom and range is a step back', async () => {
  await server.push({ ...api, t: 'back' }, [[nowNs(), winston('api-server', 'info', 'one', { userId: 'u1' })]]);
  const { page, errors, close } = await openPage(browser, explore('{t="back"}'));
  await rows(page).first().waitFor();
  await rows(page).first().click();
  await page.locator('.details tr', { hasText: 'userId' }).getByRole('button', { name: /only this/ }).click();
  await until('a filter', () => queryOf(page).includes('userId = "u1"'));
  await page.locator('.range-picker select').selectOption('1h');
  await until('a range', () => page.url().includes('range=1h'));
  await page.goBack();
  await until('the range before', () => !page.url().includes('range=1h') && queryOf(page).includes('userId'));
  await page.goBack();
  await until('the query before', () => queryOf(page) === '{t="back"}');
  await until('in the editor too', async () => (await page.locator('.cm-content').innerText()) === '{t="back"}');
  await page.goForward();
  await until('and forward', () => queryOf(page).includes('userId = "u1"'));
  await until('its line', async () => (await rows(page).count()) === 1);
  assert.deepEqual(errors, []);
  await close();
});

test('a second value of a facet is wanted beside the first; hostile values are shown, not obeyed', async () => {
  await server.push({ job: 'facet', kind: 'live' }, [[nowNs(), 'a']]);
  await server.push({ job: 'facet', kind: '\u202eevil' }, [[nowNs(), 'b']]);
  await server.push({ job: 'facet', kind: 'other' }, [[nowNs(), 'c']]);
  const { page, errors, close } = await openPage(browser, explore('{job="facet"}'));
  const facet = (text) => page.locator('.facets .value', { hasText: text });
  await facet('⟨U+202E⟩evil').waitFor();
  await facet('live').click();
  await until('one', async () => (await rows(page).count()) === 1);
  await facet('⟨U+202E⟩evil').click();
  await until('two', async () => (await rows(page).count()) === 2);
  assert.equal(await page.locator('.facets .value[aria-pressed=true]').count() >= 2, true);
  await facet('live').click();
  await until('one again', async () => (await rows(page).count()) === 1);
  assert.match(await rows(page).first().innerText(), /b$/);
  assert.deepEqual(errors, []);
  await close();
});

test('Home leads to the very first line, and what is between comes as it is scrolled to', async () => {
  const base = nowNs() - 400_000_000_000n;
  // Ten lines a time: edges of pages lie within one. The first page and the last do not meet.
  for (let part = 0; part < 2; part++) {
    await server.push({ job: 'first' }, Array.from({ length: 4_000 }, (_, i) => [base + BigInt(Math.floor((part * 4_000 + i) / 10)) * 1_000_000n, `line ${part * 4_000 + i}`]));
  }
  const { page, errors, close } = await openPage(browser, explore('{job="first"}'));
  await rows(page).filter({ hasText: 'line 7999' }).waitFor();
  await page.locator('.log-list').focus();
  await page.keyboard.press('Home');
  await until('the first line', async () => (await rows(page).allInnerTexts()).some((text) => /line 0$/.test(text)));
  const numbers = async () => (await rows(page).evaluateAll((all) => all.map((e) => [e.getBoundingClientRect().top, Number(/line (\d+)$/.exec(e.textContent)?.[1] ?? NaN)]).sort((a, b) => a[0] - b[0]))).map(([, n]) => n);
  await until('in order from the first on', async () => {
    const seen = (await numbers()).filter((n) => !Number.isNaN(n));
    return seen.length > 10 && seen[0] === 0 && seen.every((n, i) => n === i);
  });
  await until('all of them', async () => /held 8,000\b/.test(await status(page)));
  assert.deepEqual(errors, []);
  await close();
});

test('e asks the server beyond what is held, and says when there is none', async () => {
  const base = nowNs() - 500_000_000_000n;
  await server.push({ job: 'beyond', level: 'error' }, [[base, 'the old error']]);
  for (let part = 0; part < 3; part++) await server.push({ job: 'beyond', level: 'info' }, Array.from({ length: 4_000 }, (_, i) => [base + BigInt(part * 4_000 + i + 1) * 1_000_000n, `calm ${part * 4_000 + i}`]));
  const { page, errors, close } = await openPage(browser, explore('{job="beyond"}'));
  await rows(page).filter({ hasText: 'calm 11999' }).waitFor();
  await page.keyboard.press('Shift+E');
  await page.locator('.row.selected', { hasText: 'the old error' }).waitFor();
  await page.keyboard.press('Shift+E');
  await page.getByText('No more errors in this range').waitFor();
  await page.keyboard.press('w');
  await page.getByText('No more warnings in this range').waitFor();
  assert.deepEqual(errors, []);
  await close();
});

test('streams without a level show what was detected in their lines, and clicks find them', async () => {
  const t = 'no-level';
  await server.push({ ...api, t, level: 'error' }, [[nowNs(), 'labelled failure']]);
  await server.push({ ...api, t }, [[nowNs(), 'labelled calm']]);
  await server.push({ t, job: 'otlp' }, ['level=error msg="bare failure"', 'level=warning msg="bare doubt"', 'no word at all'].map((line) => [nowNs(), line]));
  const { page, errors, close } = await openPage(browser, explore(`{t="${t}"}`));
  const key = (level) => page.locator('.histogram .legend .key', { hasText: level });
  const shown = async () => (await rows(page).allInnerTexts()).map((text) => /labelled failure|labelled calm|bare failure|bare doubt|no word at all/.exec(text)?.[0]).sort();
  const shows = (...texts) => until(texts.join(), async () => JSON.stringify(await shown()) === JSON.stringify(texts.sort()));
  const counted = (level, n) => until(`${level} ${n}`, async () => (await key(level).innerText()).endsWith(` ${n}`));
  for (const [level, n] of [['error', 2], ['warn', 1], ['info', 1], ['other', 1]]) await counted(level, n);
  await key('error').click();
  await shows('labelled failure', 'bare failure');
  await until('pressed', async () => (await key('error').getAttribute('aria-pressed')) === 'true');
  await page.goBack();
  await key('other').click();
  await shows('no word at all');
  await page.goBack();
  const facet = page.locator('.facets section', { has: page.getByRole('heading', { name: 'detected_level' }) });
  await facet.getByRole('button', { name: /^warn/ }).click();
  await shows('bare doubt');
  assert.deepEqual(errors, []);
  await close();
});

test('lines of one time keep their order', async () => {
  const at = nowNs() - 1_000_000_000n;
  await server.push({ job: 'order' }, Array.from({ length: 30 }, (_, i) => [at, `step ${String(i).padStart(2, '0')}`]));
  const { page, close } = await openPage(browser, explore('{job="order"}'));
  await until('all', async () => (await rows(page).count()) === 30);
  const texts = (await rows(page).locator('.message').allInnerTexts()).map((text) => text.trim());
  assert.deepEqual(texts, [...texts].sort());
  await close();
});

test('numbers keep their digits; logfmt lines have their fields', async () => {
  await server.push({ job: 'digits' }, [[nowNs(), '{"order_id":9007199254740993,"price":1.0,"10":"b","2":"a","msg":"x","price":2.50}'], [nowNs() + 1n, 'status=200 took=5ms']]);
  const { page, close } = await openPage(browser, explore('{job="digits"}'));
  await rows(page).filter({ hasText: 'order_id=9007199254740993 price=1.0 10=b 2=a price=2.50' }).click();
  assert.match(await page.locator('.details pre').innerText(), /9007199254740993,\n {2}"price": 1\.0/);
  await rows(page).filter({ hasText: 'took=5ms' }).click();
  await page.locator('.details tr', { hasText: 'took' }).getByRole('button', { name: /only this/ }).click();
  await until('logfmt', () => queryOf(page).endsWith('| logfmt | took = "5ms"'));
  await until('its line', async () => (await rows(page).count()) === 1);
  await close();
});

test('a query of numbers keeps the toolbar and offers no live', async () => {
  const { page, errors, close } = await openPage(browser, explore('sum(count_over_time({job="docker"}[1m]))', '&live=1'));
  await page.locator('.series').waitFor();
  await page.getByRole('toolbar').getByRole('button', { name: 'Share' }).waitFor();
  assert.ok(await page.locator('button.live').isDisabled());
  await page.keyboard.press('Space');
  assert.ok(!page.url().includes('live=1'));
  assert.deepEqual(errors, []);
  await close();
});

test('columns have a head, and are in the link', async () => {
  await server.push({ job: 'columns' }, [[nowNs(), winston('api-server', 'info', 'hello', { userId: 'u9' })]]);
  const { page, close } = await openPage(browser, explore('{job="columns"}', '&columns=userId'));
  await page.locator('.list-head .column', { hasText: 'userId' }).waitFor();
  assert.equal((await rows(page).first().locator('.column').innerText()).trim(), 'u9');
  await page.locator('.list-head .column button').click();
  await page.locator('.list-head').waitFor({ state: 'detached' });
  await until('the link', () => !/[?&]columns=/.test(page.url()));
  await close();
});

test('from … to is of the zone that is shown', async () => {
  const { page, close } = await openPage(browser, explore('{job="docker"}', '&range=1790000000000-1790003600000'), { settings: { zone: 'Asia/Seoul' }, timezoneId: 'America/New_York' });
  await page.locator('.range-picker select').selectOption('15m');
  await page.locator('.range-picker select').selectOption('custom');
  await page.locator('.range-picker .popover', { hasText: 'KST' }).waitFor();
  await page.getByRole('textbox', { name: 'From' }).fill('2026-11-30T13:00:00');
  await page.getByRole('textbox', { name: 'To', exact: true }).fill('2026-11-30T14:00:00');
  await page.getByRole('button', { name: 'Apply' }).click();
  await until('the range', () => page.url().includes(`range=${Date.UTC(2026, 10, 30, 4)}-${Date.UTC(2026, 10, 30, 5)}`));
  await close();
});

test('the list, tabs and edges go by keys and say what they are', async () => {
  const { page, close } = await openPage(browser, explore('{job="order"}'));
  await rows(page).first().waitFor();
  await page.keyboard.press('k');
  const list = page.getByRole('listbox');
  const active = await until('a selected row', () => list.getAttribute('aria-activedescendant'));
  assert.equal(await page.locator(`#${active}`).getAttribute('aria-selected'), 'true');
  assert.equal(await page.locator(`#${active}`).getAttribute('aria-setsize'), '30');
  await page.keyboard.press('Enter');
  const fields = page.getByRole('tab', { name: 'Fields' });
  await fields.focus();
  await page.keyboard.press('ArrowRight');
  assert.equal(await page.getByRole('tab', { name: 'Container' }).getAttribute('aria-selected'), 'true');
  const edge = page.locator('.details').getByRole('separator');
  const before = Number(await edge.getAttribute('aria-valuenow'));
  await edge.focus();
  await page.keyboard.press('ArrowLeft');
  assert.equal(Number(await edge.getAttribute('aria-valuenow')), before + 16);
  await close();
});

test('the list keeps its place, its selection and its marks when it looks different', async () => {
  await server.push({ t: 'place' }, Array.from({ length: 900 }, (_, i) => [nowNs() - BigInt(900 - i) * 1_000_000n, `line ${i}`]));
  const { page, errors, close } = await openPage(browser, explore('{t="place"}'));
  await rows(page).first().waitFor();
  const list = page.locator('.log-list');
  await list.evaluate((e) => (e.scrollTop = 5_000));
  const row = rows(page).filter({ hasText: /line 23\d$/ }).first();
  await row.click();
  await page.keyboard.press('m');
  const chosen = page.locator('.row.selected.marked');
  const text = await chosen.locator('.message').innerText();
  for (const key of ['z', 'r', 'o', 'z']) {
    await page.keyboard.press(key);
    await until(`the same row after ${key}`, async () => (await chosen.locator('.message').innerText()) === text);
  }
  await page.getByRole('button', { name: /Time zone/ }).click();
  await until('the same row in another zone', async () => (await chosen.locator('.message').innerText()) === text);
  assert.deepEqual(errors, []);
  await close();
});

test('a journey of many lines draws what is in view', async () => {
  const base = nowNs() - 300_000_000_000n;
  for (let part = 0; part < 3; part++) {
    await server.push({ ...api, t: 'way' }, Array.from({ length: 4_000 }, (_, i) => [base + BigInt(part * 4_000 + i) * 10_000_000n, winston('api-server', 'info', `step ${part * 4_000 + i}`, { userId: 'way_77' })]));
  }
  const { page, errors, close } = await openPage(browser, `${server.page}/journey?value=way_77`);
  await until('all of it', async () => /12,000/.test(await page.locator('.strip .figures').innerText()));
  const drawn = () => page.locator('.events li').count();
  await until('few rows', async () => (await drawn()) > 10 && (await drawn()) < 120);
  await page.locator('.journey-scroll').evaluate((e) => (e.scrollTop = e.scrollHeight));
  await page.locator('.events li', { hasText: 'step 11999' }).waitFor();
  assert.deepEqual(errors, []);
  await close();
});

test('a journey of many lines goes on growing', async () => {
  const { page, errors, close } = await openPage(browser, `${server.page}/journey?value=way_77`);
  await until('all of it', async () => /12,000/.test(await page.locator('.strip .figures').innerText()));
  await server.push({ ...api, service: 'ticket', level: 'error', t: 'way' }, [[nowNs(), winston('ticket', 'error', 'failed now', { userId: 'way_77' })]]);
  await page.locator('.verdict.bad', { hasText: 'failed now' }).waitFor();
  assert.deepEqual(errors, []);
  await close();
});

test('a wall with twenty services fits', async () => {
  for (let i = 0; i < 20; i++) await server.push({ ...api, service: `wall-${i}` }, [[nowNs(), 'up']]);
  const { page, close } = await openPage(browser, `${server.page}/overview?wall=1`, { viewport: { width: 1366, height: 768 } });
  await until('all tiles', async () => (await page.locator('.tile.wall').count()) >= 20);
  const outside = () => page.locator('.tile.wall').evaluateAll((all) => all.filter((e) => e.getBoundingClientRect().bottom > innerHeight || e.querySelector('.foot').getBoundingClientRect().bottom > e.getBoundingClientRect().bottom + 1).length);
  await until('all in view', async () => (await outside()) === 0);
  assert.equal(await page.locator('.overview').evaluate((e) => e.scrollHeight > e.clientHeight + 1), false);
  await close();
});

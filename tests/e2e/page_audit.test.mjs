// What masking hides, tried by an admin and seen by support, and what the audit log tells of it, in both languages.
import AxeBuilder from '@axe-core/playwright';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium, LogServer, nowNs, openPage, until, winston } from './support.mjs';

const adminPassword = 'the admin of tests';
const password = 'a good password';
const card = '4111 1111 1111 1111';
const labels = { job: 'docker', host: 'backend-instance', service: 'ticket-server', level: 'info', container: 'ticket-server' };

let browser, server;
before(async () => {
  browser = await launchChromium();
  server = await LogServer.start('--auth', 'password', '--admin-password', adminPassword);
  await server.push(labels, [[nowNs(), winston('ticket-server', 'info', `결제 카드 ${card} 승인`, { userId: 'user_id_7' })]]);
  const answer = await fetch(`${server.page}/api/users`, {
    method: 'POST',
    headers: { Authorization: `Basic ${Buffer.from(`admin:${adminPassword}`).toString('base64')}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'kim', role: 'support', password }),
  });
  assert.ok(answer.ok, await answer.text());
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const words = {
  en: { user: 'User', password: 'Password', logIn: 'Log in', lines: 'Lines to try', show: 'Show what is hidden', search: 'Search', event: 'Event', lookedUp: 'kim looked up user_id_7', made: 'admin added the user kim' },
  ko: { user: '사용자', password: '비밀번호', logIn: '로그인', lines: '확인할 로그', show: '가려질 부분 보기', search: '검색', event: '이벤트', lookedUp: 'kim: user_id_7 검색', made: 'admin: 사용자 kim 추가' },
};
async function as(user, secret, path, settings = {}) {
  const w = words[settings.language ?? 'en'];
  const opened = await openPage(browser, server.page + path, { settings });
  await opened.page.getByLabel(w.user, { exact: true }).fill(user);
  await opened.page.getByLabel(w.password, { exact: true }).fill(secret);
  await opened.page.getByRole('button', { name: w.logIn, exact: true }).click();
  await opened.page.locator('.rail').waitFor();
  return opened;
}
async function axe(page, name) {
  const found = await new AxeBuilder({ page }).analyze();
  assert.deepEqual(found.violations.map((v) => `${name} ${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`), []);
}

test('support sees a line without its card number', async () => {
  const { page, errors, close } = await as('kim', password, `/explore?query=${encodeURIComponent('{service="ticket-server"} |= "user_id_7"')}`);
  await page.locator('.row:not([hidden])', { hasText: '결제 카드' }).first().click();
  await page.locator('.details .message').waitFor();
  const shown = await page.locator('main').innerText();
  assert.ok(shown.includes('승인'));
  assert.ok(!shown.includes(card));
  assert.deepEqual(errors, []);
  await close();
});

for (const [language, theme] of [['en', 'light'], ['ko', 'dark']]) {
  const w = words[language];

  test(`an admin sees what would be hidden: ${language}`, async () => {
    const { page, errors, close } = await as('admin', adminPassword, '/settings/masking', { language, theme });
    await page.getByLabel(w.lines).fill(`결제 카드 ${card} 승인\nnothing of anybody`);
    await page.getByRole('button', { name: w.show }).click();
    const lines = page.locator('.masking-lines li');
    await until('both lines', async () => (await lines.count()) === 2);
    assert.equal(await lines.nth(0).locator('.line').first().locator('mark').evaluate((mark) => mark.firstChild.data), card);
    await lines.nth(0).locator('.rule-name', { hasText: 'card' }).waitFor();
    assert.ok(!(await lines.nth(0).locator('.seen').innerText()).includes(card));
    assert.equal(await lines.nth(1).locator('mark').count(), 0);
    await page.locator('tbody tr', { hasText: 'card' }).first().waitFor();
    await axe(page, 'masking');
    assert.deepEqual(errors, []);
    await close();
  });

  test(`the audit log tells who did what: ${language}`, async () => {
    const { page, errors, close } = await as('admin', adminPassword, '/settings/audit', { language, theme });
    const sentence = (text) => page.locator('.audit-list .what', { hasText: text }).first();
    // What happened is on disk within a second.
    await until('what support looked up', async () => {
      await page.getByRole('button', { name: w.search, exact: true }).click();
      await sentence(w.lookedUp).waitFor({ timeout: 2_000 });
      return true;
    });
    await sentence(w.made).click();
    await page.locator('.audit-list details[open] pre', { hasText: '"event": "user-created"' }).waitFor();
    await axe(page, 'audit');
    await page.getByLabel(w.user, { exact: true }).fill('kim');
    await page.getByRole('button', { name: w.search, exact: true }).click();
    await until('only those of kim', async () => {
      const all = await page.locator('.audit-list .what').allInnerTexts();
      return all.length > 0 && all.every((text) => text.startsWith('kim'));
    });
    await page.locator('form select').selectOption('user-removed');
    await until('none', async () => (await page.locator('.audit-list li').count()) === 0);
    assert.deepEqual(errors, []);
    await close();
  });
}

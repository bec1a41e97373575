// Who may what, in a real browser against the real server: the first run, each role, users and tokens that an admin
// makes and takes away, sessions that end in the middle, what masking hides, what the audit log tells.
import AxeBuilder from '@axe-core/playwright';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium, LogServer, nowNs, openPage, until, winston } from './support.mjs';

const adminPassword = 'the admin of tests';
const password = 'a good password';
const labels = { job: 'docker', host: 'backend-instance', service: 'ticket-server', level: 'info', container: 'ticket-server' };
const card = '4111 1111 1111 1111';

let browser, server;
before(async () => {
  browser = await launchChromium();
  server = await LogServer.start('--auth', 'password', '--admin-password', adminPassword);
  await server.push(labels, Array.from({ length: 20 }, (_, i) => [nowNs() + BigInt(i), winston('ticket-server', 'info', `Seat held ${i}`, { userId: `user_id_${i}` })]));
  await server.push(labels, [[nowNs(), winston('ticket-server', 'info', `결제 카드 ${card} 승인`)]]);
  await server.push({ ...labels, service: 'api-server' }, [[nowNs(), winston('api-server', 'info', 'GET /seats')]]);
  for (const role of ['support', 'viewer', 'operator']) await addUser({ name: role, role, ...(role === 'support' && { scope: '{service="ticket-server"}' }) });
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const basic = (user, secret) => ({ Authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}` });
async function ask(method, path, body, at = server) {
  const headers = { ...basic('admin', adminPassword), 'Content-Type': 'application/json' };
  const answer = await fetch(at.page + path, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return text && JSON.parse(text);
}
/** A user who need not choose another password. */
async function addUser(user) {
  await ask('POST', '/api/users', { password, ...user });
}
async function logIn(page, user, secret) {
  await page.getByLabel('User', { exact: true }).fill(user);
  await page.getByLabel('Password', { exact: true }).fill(secret);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
}
/** A browser of its own, in which the user is logged in and sees the path. */
async function as(user, path, more = {}, secret = password) {
  const opened = await openPage(browser, server.page + path, more);
  await logIn(opened.page, user, secret);
  await opened.page.locator('.rail').waitFor();
  return opened;
}
async function axe(page, name) {
  const found = await new AxeBuilder({ page }).analyze();
  assert.deepEqual(found.violations.map((v) => `${name} ${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`), []);
}
const button = (page, name) => page.getByRole('button', { name, exact: true });
const query = `query=${encodeURIComponent('{service=~".+"}')}`;

test('first run: the password that was printed, one of one\'s own, and a first agent with a token', async () => {
  const fresh = await LogServer.start('--auth', 'password', '--ingest-auth', 'token');
  try {
    const printed = await until('the password', () => /password, shown this once: (\S+)/.exec(fresh.process.log)?.[1]);
    const { page, errors, close } = await openPage(browser, `${fresh.page}/explore?${query}`);
    await until('the only user there is', async () => (await page.getByLabel('User', { exact: true }).inputValue()) === 'admin');
    await axe(page, 'login');
    await logIn(page, 'admin', 'wrong');
    await page.getByRole('alert').filter({ hasText: 'User or password is wrong.' }).waitFor();
    await logIn(page, 'admin', printed);
    await page.getByRole('heading', { name: 'Choose a password' }).waitFor();
    const choose = async (one, other, says) => {
      await page.getByLabel('New password').fill(one);
      await page.getByLabel('Once more').fill(other);
      await button(page, 'Save the password').click();
      if (says) await page.getByRole('alert').filter({ hasText: says }).waitFor();
    };
    await choose('short', 'short', 'At least 8 characters.');
    await choose(printed, printed, 'That is the current password.');
    await choose(password, `${password}!`, 'The two are not the same.');
    await axe(page, 'choose a password');
    await choose(password, password);
    await page.getByRole('heading', { name: 'Connect the first server' }).waitFor();
    const snippet = await page.locator('pre').innerText();
    const token = /agent:(lsv_[\w-]+)@/.exec(snippet)?.[1];
    assert.ok(token, snippet);
    await axe(page, 'first agent');
    const push = (headers) => fetch(`${fresh.url}/loki/api/v1/push`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify({ streams: [{ stream: labels, values: [[String(nowNs()), 'the first line']] }] }),
    });
    assert.equal((await push({})).status, 401);
    assert.equal((await push(basic('agent', token))).status, 204);
    await page.getByText('First line received from backend-instance').waitFor();
    await button(page, 'Go to the page').click();
    await page.locator('.row', { hasText: 'the first line' }).first().waitFor();
    await page.reload();
    await page.locator('.row', { hasText: 'the first line' }).first().waitFor();
    assert.deepEqual(errors, []);
    await close();
  } finally {
    await fresh.close();
  }
});

test('too many attempts are told apart from a wrong password', async () => {
  const guarded = await LogServer.start('--auth', 'password', '--admin-password', adminPassword);
  try {
    const { page, close } = await openPage(browser, guarded.page, { settings: { language: 'ko' } });
    await page.getByLabel('사용자', { exact: true }).waitFor();
    assert.equal(await page.getByLabel('사용자', { exact: true }).inputValue(), '', 'where a password was chosen no user is named');
    const attempt = async () => {
      await page.getByLabel('사용자', { exact: true }).fill('admin');
      await page.getByLabel('비밀번호', { exact: true }).fill('wrong');
      await page.getByRole('button', { name: '로그인', exact: true }).click();
      await until('an answer', async () => (await page.getByLabel('비밀번호', { exact: true }).inputValue()) === '');
      return page.getByRole('alert').innerText();
    };
    assert.equal(await attempt(), '사용자 또는 비밀번호가 맞지 않습니다.');
    await until('the limit', async () => (await attempt()).startsWith('여러 번 틀렸습니다.'));
    await close();
  } finally {
    await guarded.close();
  }
});

const parts = ['Profile', 'My account', 'Users', 'Tokens', 'Masking', 'Audit log', 'Server settings'];
for (const [user, { may, settings }] of Object.entries({
  support: { may: [], settings: 2 },
  viewer: { may: ['Export'], settings: 2 },
  operator: { may: ['Export', 'Count'], settings: 2 },
  admin: { may: ['Export', 'Count'], settings: parts.length },
})) {
  test(`what ${user} finds on the page`, async () => {
    const secret = user === 'admin' ? adminPassword : password;
    const { page, errors, close } = await as(user, `/explore?${query}`, {}, secret);
    await page.locator('.row:not([hidden])').first().waitFor();
    for (const name of ['Export', 'Count']) {
      const menu = page.locator('.tools').getByRole('button', { name: new RegExp(`^${name}`) });
      assert.equal(await menu.isEnabled(), may.includes(name), name);
      if (!may.includes(name)) assert.equal(await menu.getAttribute('title'), `Your role (${user}) may not do this.`);
    }
    await page.locator('.tools').getByRole('button', { name: /^Views/ }).click();
    assert.equal(await page.getByRole('checkbox', { name: 'for the whole team' }).count(), may.includes('Count') ? 1 : 0);
    if (!may.includes('Count')) {
      await page.getByLabel('name of this view').fill(`of ${user}`);
      await button(page, 'Save').click();
      await page.getByRole('link', { name: `of ${user}`, exact: true }).waitFor();
      assert.equal((await ask('GET', '/api/shared')).views.length, 0);
      assert.equal(await page.getByRole('button', { name: /^share with the team/ }).count(), 0);
    }
    await page.keyboard.press('Escape');
    await page.locator('.row:not([hidden])').first().click();
    await page.locator('.details').waitFor();
    assert.equal(await page.locator('.details header').getByRole('button', { name: 'Copy' }).isEnabled(), may.includes('Export'));
    assert.equal((await page.locator('.details .actions button', { hasText: 'Σ' }).count()) > 0, may.includes('Count'));
    await axe(page, `explore of ${user}`);
    await page.goto(`${server.page}/opening`);
    assert.equal(await button(page, 'New opening').isEnabled(), may.includes('Count'));
    await page.locator('.rail a', { hasText: 'Settings' }).click();
    const names = await until('its parts', async () => {
      const found = await page.locator('.settings-parts a').allInnerTexts();
      return found.length > 0 && found;
    });
    assert.deepEqual(names, parts.slice(0, settings));
    assert.equal(await page.locator('.access-note').count(), user === 'support' ? 1 : 0);
    assert.deepEqual(errors, []);
    await close();
  });
}

test('support sees its scope only, and carries no line out: by key, by button, by the browser\'s copy', async () => {
  const { page, errors, close } = await as('support', `/explore?${query}`);
  await page.locator('.access-note', { hasText: 'You see {service="ticket-server"}' }).waitFor();
  await page.locator('.access-note', { hasText: 'Personal data in lines is masked for you.' }).waitFor();
  await page.locator('.row:not([hidden])', { hasText: 'Seat held' }).first().waitFor();
  assert.equal(await page.locator('.row', { hasText: 'GET /seats' }).count(), 0);
  await page.evaluate(() => {
    window.copies = [];
    window.addEventListener('copy', (event) => window.copies.push(event.defaultPrevented));
  });
  await page.locator('.row:not([hidden])').first().click();
  await page.locator('.details').waitFor();
  await page.keyboard.press('y');
  await page.getByText('Your role (support) may not do this.').waitFor();
  await page.locator('.details .message').selectText();
  await page.keyboard.press('Control+c');
  await page.locator('.held-back', { hasText: 'Your role (support) may not copy lines.' }).waitFor();
  assert.deepEqual(await page.evaluate(() => window.copies), [true]);
  // What one wrote oneself may be copied.
  await page.getByLabel('find a label or value').fill('mine');
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Control+c');
  await until('the copy', () => page.evaluate(() => window.copies.join() === 'true,false'));
  assert.deepEqual(errors, []);
  await close();
});

test('a page that the role may not see says so, and changes that it may not make are not made', async () => {
  const { page, errors, close } = await as('viewer', '/settings/users');
  await page.getByText('Your role (viewer) may not do this.').waitFor();
  assert.equal(await page.locator('table').count(), 0);
  await axe(page, 'not for a viewer');
  assert.deepEqual(errors, []);
  await close();
});

/** Settings of an admin, at one of its pages. */
async function settingsOf(part, more = {}) {
  const opened = await as('admin', '/settings', more, adminPassword);
  await opened.page.locator('.settings-parts a', { hasText: part }).click();
  return opened;
}
const row = (page, name) => page.locator('tr', { has: page.locator('strong', { hasText: new RegExp(`^${name}$`) }) });

test('an admin adds a user, who chooses a password; changes, resets and removes it', async () => {
  const { page, errors, close } = await settingsOf('Users');
  await button(page, 'New user').click();
  await page.getByLabel('Name', { exact: true }).fill('kim');
  await page.getByLabel('Role').selectOption('support');
  await page.getByLabel('Scope').fill('{service="ticket-server"');
  await button(page, 'Add').click();
  await page.getByRole('alert').filter({ hasText: /scope/ }).waitFor();
  await page.getByLabel('Scope').fill('{service="ticket-server"}');
  await button(page, 'Add').click();
  const generated = await page.locator('.secret dd code').innerText();
  await axe(page, 'a password shown once');
  await button(page, 'Done').click();
  await row(page, 'kim').getByText('has to choose a password').waitFor();
  await button(page, 'New user').click();
  await page.getByLabel('Name', { exact: true }).fill('kim');
  await button(page, 'Add').click();
  await page.getByText('There is a user kim already.').waitFor();
  await button(page, 'New user').click();

  const kim = await openPage(browser, `${server.page}/explore?${query}`);
  await logIn(kim.page, 'kim', generated);
  await kim.page.getByLabel('New password').fill('chosen by kim');
  await kim.page.getByLabel('Once more').fill('chosen by kim');
  await button(kim.page, 'Save the password').click();
  await kim.page.locator('.row:not([hidden])').first().waitFor();
  await kim.page.locator('.access-note').waitFor();

  // Another role is there at once: the page begins anew and knows it.
  await row(page, 'kim').getByRole('button', { name: 'Change: kim' }).click();
  await page.locator('.edit-row').getByLabel('Role').selectOption('viewer');
  await page.locator('.edit-row').getByLabel('Scope').fill('');
  await axe(page, 'users');
  await button(page, 'Save').click();
  await page.locator('.edit-row').waitFor({ state: 'detached' });
  await kim.page.locator('.access-note').waitFor({ state: 'detached' });
  await kim.page.locator('.row', { hasText: 'GET /seats' }).first().waitFor();

  await button(page, 'Reset the password: kim').click();
  await button(page, 'Cancel').click();
  await button(page, 'Reset the password: kim').click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Reset the password' }).click();
  const second = await page.locator('.secret dd code').innerText();
  assert.notEqual(second, generated);
  await kim.page.getByText('Your session has ended.').waitFor();
  await logIn(kim.page, 'kim', 'chosen by kim');
  await kim.page.getByRole('alert').waitFor();
  await button(page, 'Done').click();
  await button(page, 'Remove: kim').click();
  await page.getByRole('alertdialog', { name: 'Remove kim?' }).getByRole('button', { name: 'Remove' }).click();
  await row(page, 'kim').waitFor({ state: 'detached' });
  await logIn(kim.page, 'kim', second);
  await kim.page.getByRole('alert').filter({ hasText: 'User or password is wrong.' }).waitFor();
  // One admin must stay.
  assert.equal(await button(page, 'Remove: admin').count(), 0);
  await row(page, 'admin').getByRole('button', { name: 'Change: admin' }).click();
  await page.locator('.edit-row').getByLabel('Role').selectOption('viewer');
  await button(page, 'Save').click();
  await page.getByText('This is the last admin: there must be one.').waitFor();
  assert.deepEqual([...errors, ...kim.errors], []);
  await kim.close();
  await close();
});

test('a token is shown once, reads what its role may, and reads nothing when it is revoked', async () => {
  const { page, errors, close } = await settingsOf('Tokens');
  await page.getByText('The ingest is open').waitFor();
  await button(page, 'New token').click();
  await page.getByLabel('Name', { exact: true }).fill('grafana');
  await page.getByLabel('Role').selectOption('viewer');
  await page.getByLabel('Scope').fill('{service="api-server"}');
  await page.getByLabel('Expires').selectOption('90d');
  await axe(page, 'a new token');
  await button(page, 'Make the token').click();
  const token = await page.locator('.secret dd code').first().innerText();
  assert.match(token, /^lsv_[\w-]+$/);
  assert.equal(await page.locator('.secret dd').count(), 1, 'what does not send has no LOKI_URL');
  await button(page, 'Done').click();
  assert.equal(await page.getByText(token).count(), 0);
  const services = async () => {
    const answer = await fetch(`${server.page}/loki/api/v1/label/service/values`, { headers: { Authorization: `Bearer ${token}` } });
    return answer.ok ? (await answer.json()).data : answer.status;
  };
  assert.deepEqual(await services(), ['api-server']);
  await button(page, 'New token').click();
  await page.getByLabel('Name', { exact: true }).fill('queue');
  await button(page, 'Make the token').click();
  await page.locator('.secret dd code', { hasText: /^LOKI_URL=http:\/\/agent:lsv_[\w-]+@MONITORING_HOST:\d+\/loki\/api\/v1\/push$/ }).waitFor();
  await button(page, 'Done').click();
  await until('the last use', async () => {
    await page.reload();
    await row(page, 'grafana').waitFor();
    return /\d{4}-\d\d-\d\d \d\d:\d\d.*\d{4}-/s.test(await row(page, 'grafana').innerText());
  });
  await button(page, 'Revoke: grafana').click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click();
  await row(page, 'grafana').waitFor({ state: 'detached' });
  assert.equal(await services(), 401);
  assert.deepEqual(errors, []);
  await close();
});

test('a live page whose session ends asks for a login, and goes on where it was', async () => {
  const address = `/explore?${query}&live=1`;
  const { page, errors, close } = await as('viewer', address);
  await page.locator('.explore-status .live-state.open').waitFor();
  const url = page.url();
  await ask('POST', '/api/users/viewer/log-out', {});
  await page.getByText('Your session has ended. Log in to go on where you were.').waitFor();
  assert.equal(await page.getByLabel('User', { exact: true }).inputValue(), 'viewer');
  assert.equal(page.url(), url);
  assert.equal(await page.locator('.row').count(), 0);
  await axe(page, 'ended session');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.keyboard.press('Enter');
  await page.locator('.explore-status .live-state.open').waitFor();
  assert.equal(page.url(), url);
  await server.push(labels, [[nowNs(), 'after the break']]);
  await page.locator('.row', { hasText: 'after the break' }).waitFor();
  assert.deepEqual(errors, []);
  await close();
});

test('my account: sessions of mine, one ended, a new password that ends the others', async () => {
  await addUser({ name: 'lee', role: 'viewer' });
  const [here, there, third] = [await as('lee', '/settings'), await as('lee', '/services'), await as('lee', '/services')];
  const { page } = here;
  await page.locator('.top .who', { hasText: 'lee' }).click();
  await until('three sessions', async () => (await page.locator('tbody tr').count()) === 3);
  await page.locator('tbody tr', { hasText: 'this one' }).waitFor();
  await axe(page, 'my account');
  await page.getByRole('button', { name: /^Log out: / }).first().click();
  await until('two', async () => (await page.locator('tbody tr').count()) === 2);
  const ended = async () => (await Promise.all([there, third].map(({ page: one }) => one.getByText('Your session has ended.').count()))).reduce((a, b) => a + b);
  await until('one of the others to be out', async () => (await ended()) === 1);
  const change = async (current) => {
    await page.getByLabel('Current password').fill(current);
    await page.getByLabel('New password').fill('another good one');
    await page.getByLabel('Once more').fill('another good one');
    await button(page, 'Save the password').click();
  };
  await change('not this one');
  await page.getByRole('alert').filter({ hasText: 'The current password is wrong.' }).waitFor();
  await change(password);
  await page.getByText('The password is changed').waitFor();
  await until('both to be out', async () => (await ended()) === 2);
  await until('one session', async () => (await page.locator('tbody tr').count()) === 1);
  await page.getByRole('button', { name: 'Log out', exact: true }).click();
  await page.getByLabel('User', { exact: true }).waitFor();
  await logIn(page, 'lee', 'another good one');
  await page.locator('.rail').waitFor();
  assert.deepEqual([...here.errors, ...there.errors, ...third.errors], []);
  for (const one of [here, there, third]) await one.close();
});

// Logging in by a real OpenID provider of another site, in Chromium: there and back, in another browser, with the
// provider down.
import AxeBuilder from '@axe-core/playwright';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { IdProvider } from './oidc_provider.mjs';
import { freePort, launchChromium, LogServer } from './support.mjs';

const password = 'a good password';
let browser, server, provider;
before(async () => {
  browser = await launchChromium();
  const port = await freePort();
  process.env.LOGSVC_OIDC_CLIENT_SECRET = 'a secret: of + the client';
  process.env.LOGSVC_ADMIN_PASSWORD = password;
  server = await LogServer.start('--auth', 'password,oidc', '--oidc-issuer', `http://localhost:${port}`, '--oidc-client-id', 'logsvc',
    '--oidc-role-claim', 'groups', '--oidc-roles', 'operator=ops,viewer=dev', '--oidc-name', 'Company ID');
  // The page is at 127.0.0.1 and the provider at localhost: to a browser these are two sites.
  provider = await new IdProvider(port, `${server.page}/api/oidc/callback`).start();
});
after(async () => {
  delete process.env.LOGSVC_OIDC_CLIENT_SECRET;
  delete process.env.LOGSVC_ADMIN_PASSWORD;
  await browser?.close();
  await server?.close();
  await provider?.stop();
});

/** Fills in the provider's own pages, from the login to what may be told. */
async function passProvider(page, name) {
  await page.locator('input[name=login]').fill(name);
  await page.locator('input[name=password]').fill('x');
  await page.locator('[type=submit]').first().click();
  await page.locator('input[name=prompt][value=consent]').waitFor({ state: 'attached' });
  await page.locator('[type=submit]').first().click();
}

const session = (page) => page.evaluate(async () => (await fetch('/api/session')).json());

test('there and back, to the page that was asked for', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${server.page}/api/oidc/login?return=${encodeURIComponent('/services?x=1')}`);
  assert.equal(new URL(page.url()).hostname, 'localhost');
  await passProvider(page, 'ops-kim');
  await page.waitForURL(`${server.page}/services?x=1`);
  const { loggedIn, user, role } = await session(page);
  assert.deepEqual({ loggedIn, user, role }, { loggedIn: true, user: 'ops-kim@corp.example', role: 'operator' });
  assert.equal(await page.evaluate(async () => (await fetch('/loki/api/v1/labels')).status), 200);
  const cookies = await context.cookies(server.page);
  assert.deepEqual(cookies.map((c) => [c.httpOnly, c.sameSite]), [[true, 'Strict']]);
  await page.evaluate(() => fetch('/api/logout', { method: 'POST' }));
  assert.equal((await session(page)).loggedIn, false);
  await context.close();
});

test('a way back that another browser began is worth nothing', async () => {
  const [mine, theirs] = await Promise.all([browser.newContext(), browser.newContext()]);
  const page = await theirs.newPage();
  let way;
  page.on('request', (request) => request.url().includes('/api/oidc/callback') && (way = request.url()));
  await page.goto(`${server.page}/api/oidc/login`);
  // Without its cookie it comes back as a stranger, and what it brings is not used up.
  const cookies = await theirs.cookies(server.page);
  await theirs.clearCookies({ name: 'logsvc_oidc' });
  await passProvider(page, 'dev-mallory');
  await page.locator('#why').waitFor();
  assert.match(way, /code=/);
  const victim = await mine.newPage();
  await victim.goto(`${server.page}/api/oidc/login`); // it has a cookie of its own
  await victim.goto(way);
  assert.match(await victim.locator('#why').textContent(), /another browser/);
  // The page's own policy lets no script ask.
  assert.equal((await (await mine.request.get(`${server.page}/api/session`)).json()).loggedIn, false);
  await theirs.addCookies(cookies);
  await page.goto(way);
  await page.waitForURL(`${server.page}/**`);
  assert.equal((await session(page)).user, 'dev-mallory@corp.example');
  await Promise.all([mine.close(), theirs.close()]);
});

test('a provider that is down: a page that says so, and the password still opens', async () => {
  await server.process.stop();
  await server.restart();
  await provider.stop();
  const context = await browser.newContext();
  const page = await context.newPage();
  const answer = await page.goto(`${server.page}/api/oidc/login`);
  assert.equal(answer.status(), 503);
  assert.match(await page.locator('#why').textContent(), /cannot reach the provider localhost/);
  const found = await new AxeBuilder({ page }).analyze();
  assert.deepEqual(found.violations.map((v) => v.id), []);
  await page.getByRole('link', { name: 'Back to logsvc' }).click();
  const status = await page.evaluate(async (password) => (await fetch('/api/login', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ password }) })).status, password);
  assert.equal(status, 200);
  assert.equal((await session(page)).loggedIn, true);
  await context.close();
  await provider.start();
});

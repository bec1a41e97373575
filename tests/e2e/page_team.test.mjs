// What the team shares: two browsers that know nothing of each other, one server.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium, LogServer, nowNs, openPage, until, winston } from './support.mjs';

const labels = { job: 'docker', host: 'backend-instance', service: 'ticket-server', level: 'info', container: 'ticket-server' };
let server, browser;
before(async () => {
  server = await LogServer.start('--auth', 'off');
  browser = await launchChromium();
  await server.push(labels, Array.from({ length: 20 }, (_, i) => [nowNs() + BigInt(i), winston('ticket-server', 'info', `Seat held ${i}`)]));
});
after(async () => {
  await browser?.close();
  await server?.close();
});

/** As somebody who comes back to the page: what others changed is asked for at once. */
const lookAgain = (page) => page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
const shared = async () => (await fetch(`${server.page}/api/shared`)).json();

test('an opening entered by one is there for the other, also after a restart; removed, it is gone for both', async () => {
  const one = await openPage(browser, `${server.page}/opening`);
  const other = await openPage(browser, `${server.page}/opening`);
  await other.page.locator('.preflight li').first().waitFor();
  await one.page.getByRole('button', { name: 'New opening' }).click();
  await one.page.getByLabel('Name', { exact: true }).fill('콘서트 1차');
  const at = new Date(Date.now() + 5 * 3_600_000);
  await one.page.getByLabel('Opens at').fill(at.toISOString().slice(0, 19));
  await one.page.getByRole('button', { name: 'Save' }).click();
  await one.page.locator('h2', { hasText: '콘서트 1차' }).waitFor();
  await until('the server to have it', async () => (await shared()).openings.length === 1);
  await lookAgain(other.page);
  await other.page.locator('h2', { hasText: '콘서트 1차' }).waitFor();
  await server.process.stop('SIGKILL');
  await server.restart();
  await other.page.goto(`${server.page}/settings`);
  await other.page.locator('.entry', { hasText: '콘서트 1차' }).getByRole('button').click();
  await until('the server to have none', async () => (await shared()).openings.length === 0);
  await one.page.goto(`${server.page}/settings`);
  await one.page.getByText('None yet.').first().waitFor();
  await until('it to be gone', async () => (await one.page.locator('.entry', { hasText: '콘서트 1차' }).count()) === 0);
  assert.deepEqual([...one.errors, ...other.errors], []);
  await one.close();
  await other.close();
});

test('what an earlier release kept in a browser becomes the team\'s once', async () => {
  const t0 = Date.now() + 7_200_000;
  const { page, errors, close } = await openPage(browser, `${server.page}/settings`);
  await page.evaluate((ms) => {
    localStorage.setItem('logsvc.openings', JSON.stringify([{ name: 'Old', atMs: ms, services: ['api'] }, { name: 'broken' }]));
    localStorage.setItem('logsvc.openingReports', JSON.stringify([{ name: 'Old', atMs: ms - 864e5, markdown: '# Old' }]));
  }, t0);
  await page.reload();
  await until('the server to have them', async () => {
    const state = await shared();
    return state.openings.some((o) => o.name === 'Old' && o.atMs === t0) && state.reports.some((r) => r.markdown === '# Old');
  });
  await until('the browser to have forgotten them', () => page.evaluate(() => localStorage.getItem('logsvc.openings') === null && localStorage.getItem('logsvc.openingReports') === null));
  assert.equal((await shared()).openings.filter((o) => o.name !== 'Old').length, 0);
  assert.deepEqual(errors, []);
  await close();
});

test('an opening that comes by an address is shown, and kept only if one says so', async () => {
  const t0 = Date.now() + 10_800_000;
  const { page, close } = await openPage(browser, `${server.page}/opening?${new URLSearchParams({ at: t0, name: 'By link' })}`);
  await page.locator('h2', { hasText: 'By link' }).waitFor();
  await page.locator('.preflight li').first().waitFor();
  assert.equal((await shared()).openings.some((o) => o.name === 'By link'), false);
  await page.getByRole('button', { name: 'Keep for the team' }).click();
  await until('the server to have it', async () => (await shared()).openings.some((o) => o.name === 'By link'));
  await page.getByRole('button', { name: 'Keep for the team' }).waitFor({ state: 'detached' });
  await close();
});

test('a view is of the team, or one\'s own until it is shared', async () => {
  const address = `${server.page}/explore?query=${encodeURIComponent('{service="ticket-server"}')}`;
  const one = await openPage(browser, address);
  const other = await openPage(browser, address);
  const save = async (name, forAll) => {
    await one.page.getByLabel('name of this view').fill(name);
    await one.page.getByRole('checkbox', { name: 'for the whole team' }).setChecked(forAll);
    await one.page.getByRole('button', { name: 'Save', exact: true }).click();
    await one.page.getByRole('link', { name, exact: true }).waitFor();
  };
  await one.page.getByRole('button', { name: 'Views' }).click();
  await save('tickets', true);
  await save('mine', false);
  await lookAgain(other.page);
  await other.page.getByRole('button', { name: 'Views' }).click();
  await other.page.getByRole('link', { name: 'tickets', exact: true }).waitFor();
  assert.equal(await other.page.getByRole('link', { name: 'mine', exact: true }).count(), 0);
  await one.page.getByRole('button', { name: 'share with the team: mine' }).click();
  await until('the server to have it', async () => (await shared()).views.length === 2);
  await lookAgain(other.page);
  await other.page.getByRole('link', { name: 'mine', exact: true }).click();
  await other.page.locator('.row').first().waitFor();
  await one.close();
  await other.close();
});

test('a counter counts for all what comes and what came in the hour before', async () => {
  const one = await openPage(browser, `${server.page}/overview`);
  await one.page.locator('.tile').first().waitFor();
  await one.page.getByRole('button', { name: 'New counter' }).click();
  await one.page.getByLabel('name', { exact: true }).fill('seats held');
  await one.page.getByLabel('text or LogQL').fill('{service="ticket-server"');
  await one.page.getByRole('button', { name: 'Save' }).click();
  await one.page.locator('.counters .error').waitFor();
  await one.page.getByLabel('text or LogQL').fill('{service="ticket-server"} |= "Seat held"');
  await one.page.getByRole('button', { name: 'Save' }).click();
  const sum = (page) => page.locator('.counters li', { hasText: 'seats held' }).locator('.counter-sum').innerText();
  await until('the lines that were there', async () => (await sum(one.page)) === '20');
  await server.push(labels, [[nowNs(), winston('ticket-server', 'info', 'Seat held 20')], [nowNs(), winston('ticket-server', 'info', 'Seat freed')]]);
  await until('one more', async () => (await sum(one.page)) === '21');
  const other = await openPage(browser, `${server.page}/opening`);
  await until('the same for the other', async () => (await sum(other.page)) === '21');
  await other.page.getByRole('button', { name: 'remove: seats held' }).click();
  await until('it to be gone', async () => (await shared()).counters.length === 0);
  // From the query of Explore.
  await other.page.goto(`${server.page}/explore?query=${encodeURIComponent('Seat freed')}`);
  await other.page.getByRole('button', { name: 'Count' }).click();
  await other.page.getByLabel('name', { exact: true }).fill('freed');
  await other.page.getByRole('button', { name: 'Save', exact: true }).click();
  await until('the server to have it', async () => (await shared()).counters[0]?.query.includes('Seat freed'));
  // From a value in the details.
  await other.page.locator('.row:not([hidden])').first().click();
  await other.page.getByRole('button', { name: 'count lines with this value, for the team: container' }).click();
  await until('a second one', async () => (await shared()).counters.some((c) => c.name === 'container=ticket-server'));
  await other.page.goto(`${server.page}/overview`);
  await until('its lines', async () => (await other.page.locator('.counters li', { hasText: 'container=ticket-server' }).locator('.counter-sum').innerText()) === '22');
  assert.deepEqual([...one.errors, ...other.errors], []);
  await one.close();
  await other.close();
});

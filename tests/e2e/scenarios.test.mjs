// The first users' day on real containers: two app servers with a Docker daemon and an agent each, one server.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import WebSocket from 'ws';
import { DockerHost, makeRoot, whyNoDocker } from './docker.mjs';
import { launchChromium, LogServer, openPage, pause, Process, tempDir, until } from './support.mjs';

const skip = whyNoDocker() || false;
if (skip) console.log(`# skipped: ${skip}`);

let backend, queue, server, agents, browser;
const dirs = [];

function agent(host, label) {
  const dir = tempDir();
  dirs.push(dir);
  return new Process(['agent', '--docker', host.url, '--host-label', label, '--data-dir', dir.path], { LOKI_URL: `${server.url}/loki/api/v1/push` }).start();
}

before(async () => {
  if (skip) return;
  const root = tempDir();
  makeRoot(root.path, true);
  const small = tempDir();
  makeRoot(small.path, false);
  [backend, queue] = await Promise.all([DockerHost.start('backend'), DockerHost.start('queue')]);
  backend.importImage(root.path);
  queue.importImage(small.path);
  root.remove();
  small.remove();
  server = await LogServer.start('--auth', 'off');
  agents = { backend: agent(backend, 'backend-instance'), queue: agent(queue, 'queue-instance') };
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  for (const a of Object.values(agents ?? {})) await a.stop();
  await Promise.all([backend?.stop(), queue?.stop()]);
  await server?.close();
  for (const dir of dirs) dir.remove();
});

/** A script that prints Winston lines, `count` of them, and then waits. */
const printer = (service, count, every = '0') => `
  i=0; while [ $i -lt ${count} ]; do i=$((i+1));
  echo "{\\"service\\":\\"${service}\\",\\"level\\":\\"info\\",\\"message\\":\\"${service} line $i\\",\\"userId\\":\\"user_id_$i\\"}";
  [ ${every} = 0 ] || sleep ${every}; done; sleep 1000`;

const count = async (query) => (await server.lines(query)).length;

test('A: is ticketing running? Live lines of api-server and ticket-server', { skip }, async () => {
  const { page, errors, close } = await openPage(browser, `${server.page}/explore?query=${encodeURIComponent('{host="backend-instance"}')}`);
  await page.getByRole('button', { name: 'Live' }).click();
  await page.locator('.live-state.open', { hasText: 'LIVE' }).first().waitFor();
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/loki/api/v1/tail?query=${encodeURIComponent('{host="backend-instance"}')}`);
  const heard = [];
  socket.onmessage = (m) => JSON.parse(m.data).streams?.forEach((s) => s.values.forEach(([, line]) => heard.push(`${s.stream.service} ${line}`)));
  backend.docker('run', '-d', '--network', 'none', '--name', 'ticket-server', 'logsvc-test', 'node', '/app/app.mjs', 'ticket-server');
  backend.shell('api-server', printer('api-server', 100000, '0.2'));
  await until('both services over WebSocket', () => heard.some((l) => l.startsWith('ticket-server') && l.includes('Ticketing opened')) && heard.some((l) => l.startsWith('api-server')));
  socket.close();
  for (const service of ['api-server', 'ticket-server']) await page.locator('.row', { hasText: service }).first().waitFor();
  await page.screenshot({ path: 'results/scenario-a.png' });
  assert.deepEqual(errors, []);
  await close();
});

test('B: a user over three services, in the order of time', { skip }, async () => {
  queue.shell('queue-backend', `echo '{"service":"queue-backend","level":"info","message":"Admitted","userId":"user_id_123"}'; ${printer('queue-backend', 5)}`);
  const query = '{job="docker"} |= "user_id_123"';
  await until('three services', async () => new Set((await server.lines(query)).map((l) => l.labels.service)).size === 3, 90);
  const lines = await server.lines(query);
  for (let i = 1; i < lines.length; i++) assert.ok(BigInt(lines[i - 1].ns) <= BigInt(lines[i].ns));
  assert.deepEqual(new Set(lines.map((l) => l.labels.host)), new Set(['backend-instance', 'queue-instance']));
  const { page, close } = await openPage(browser, `${server.page}/explore?query=${encodeURIComponent('user_id_123')}`);
  await page.locator('.row', { hasText: 'Admitted' }).waitFor();
  await page.locator('.row', { hasText: 'Payment failed' }).waitFor();
  const times = await page.locator('.row:not([hidden]) .time').allInnerTexts();
  assert.ok(times.length >= 3);
  await page.screenshot({ path: 'results/scenario-b.png' });
  await close();
});

test('C: errors only', { skip }, async () => {
  const lines = await until('the error', async () => {
    const found = await server.lines('{level="error"}');
    return found.length && found;
  });
  for (const l of lines) assert.equal(JSON.parse(l.line).level, 'error');
  assert.equal(lines[0].labels.service, 'ticket-server');
  assert.equal(lines[0].labels.stream, 'stderr');
  const { page, close } = await openPage(browser, `${server.page}/explore?query=${encodeURIComponent('{level="error"}')}`);
  await page.locator('.row.level-error', { hasText: 'Payment failed' }).first().waitFor();
  await close();
});

test('the pages of real agents: marks, agents with their ledger, journey, what needs a look', { skip }, async () => {
  const { page, errors, close } = await openPage(browser, `${server.page}/overview`);
  for (const service of ['api-server', 'ticket-server', 'queue-backend']) await page.locator('.tile', { hasText: service }).first().waitFor();
  assert.equal(await page.locator('.tile', { hasText: 'docker-events' }).count(), 0);
  assert.match(await page.locator('.tile', { hasText: 'queue-backend' }).innerText(), /queue-instance/);
  await page.locator('.pulse-histogram .mark[title*="start"]').first().waitFor();
  await page.goto(`${server.page}/services`);
  const agentRow = page.locator('tr', { hasText: 'queue-instance' }).filter({ hasText: ' ms' }).first();
  await agentRow.waitFor();
  await page.locator('.ledger rect.received').first().waitFor();
  assert.equal(await page.locator('.ledger rect.missing').count(), 0);
  await page.locator('.status-bar', { hasText: 'agents 2/2' }).waitFor();
  const container = page.getByRole('region', { name: 'Containers' }).locator('tr', { hasText: 'ticket-server' });
  await container.waitFor();
  assert.match(await container.innerText(), /backend-instance\s+ticket-server\s*[0-9a-f]{12}\s+running\s+json-file\s+(its file|Docker API)\s+[^]*ago/);
  await page.goto(`${server.page}/journey?value=user_id_123`);
  await page.locator('.verdict.bad', { hasText: 'Failed in ticket-server' }).waitFor();
  assert.deepEqual(new Set(await page.locator('.lane-name').allInnerTexts()), new Set(['queue-backend', 'api-server', 'ticket-server']));
  await page.goto(`${server.page}/alerts`);
  backend.docker('kill', 'ticket-server');
  await page.locator('.watch-list li.bad', { hasText: /ticket-server container ended .* exit code 137/ }).waitFor();
  await page.goto(`${server.page}/opening`);
  await page.locator('.preflight li.bad', { hasText: /ticket-server restarted/ }).first().waitFor();
  assert.deepEqual(errors, []);
  await close();
});

test('containers that live 50 ms are heard, removed ones too', { skip }, async () => {
  for (let i = 0; i < 5; i++) queue.shell(`short-${i}`, `echo short life ${i}; usleep 50000`, ...(i % 2 ? ['--rm'] : []));
  await until('all five', async () => (await count('{container=~"short-.*"}')) === 5);
});

test('the server is away for 20 s: no line lost, none doubled', { skip }, async () => {
  queue.shell('steady', printer('steady', 300, '0.1'));
  await until('the first lines', async () => (await count('{service="steady"}')) > 5);
  await server.process.stop();
  await pause(20_000);
  await server.restart();
  await until('all lines', async () => (await count('{service="steady"}')) >= 300, 120);
  const lines = (await server.lines('{service="steady"}')).map((l) => JSON.parse(l.line).message);
  assert.deepEqual(lines, Array.from({ length: 300 }, (_, i) => `steady line ${i + 1}`));
});

test('the agent is killed while containers print: no line lost, none doubled', { skip }, async () => {
  queue.shell('killed', printer('killed', 3000, '0.002'));
  for (let i = 0; i < 3; i++) {
    await until('some lines', async () => (await count('{service="killed"}')) > i * 500 + 50);
    await agents.queue.stop('SIGKILL');
    agents.queue.start();
  }
  await until('all lines', async () => (await count('{service="killed"}')) >= 3000, 120);
  await pause(1500);
  const lines = (await server.lines('{service="killed"}')).map((l) => JSON.parse(l.line).message);
  assert.deepEqual(lines, Array.from({ length: 3000 }, (_, i) => `killed line ${i + 1}`));
});

test('long lines are whole, and a stopped agent ends within 10 s though the server is down', { skip }, async () => {
  backend.shell('long', `i=0; x=0123456789abcdef; while [ $i -lt 11 ]; do x=$x$x; i=$((i+1)); done; echo "$x-end"; sleep 1000`);
  const [line] = await until('the line', async () => {
    const found = await server.lines('{container="long"}');
    return found.length && found;
  });
  assert.equal(line.line.length, 16 * 2048 + 4);
  assert.ok(line.line.endsWith('-end'));
  await server.process.stop();
  const began = Date.now();
  assert.equal((await agents.backend.stop()).code, 0);
  assert.ok(Date.now() - began < 10_000);
  await server.restart();
  agents.backend.start();
});

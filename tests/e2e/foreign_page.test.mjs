// A page of somebody else, open in a browser that reaches the server: it reads nothing, changes nothing and shows no
// page of ours in a frame, whether or not a password is asked for.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { launchChromium, LogServer, nowNs, until } from './support.mjs';

const password = 'a good password';
let browser, foreign, origin;
before(async () => {
  browser = await launchChromium();
  foreign = createServer((_, answer) => answer.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>elsewhere</title>'));
  await new Promise((done) => foreign.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${foreign.address().port}`;
});
after(async () => {
  await browser?.close();
  foreign?.close();
});

const shared = JSON.stringify({ put: [{ kind: 'views', item: { id: 'evil', name: 'evil', search: '?query=x' } }] });
const push = JSON.stringify({ streams: [{ stream: { app: 'evil' }, values: [[String(nowNs()), 'planted']] }] });
const remove = `/loki/api/v1/delete?query=${encodeURIComponent('{app="kept"}')}&start=1`;

/** In the foreign page: all ways that scripts and forms have. What was read comes back. */
async function attack({ target, shared, push, remove }) {
  const read = [];
  const note = (what) => (value) => value !== undefined && read.push(`${what}: ${String(value).slice(0, 80)}`);
  const quiet = () => {};
  const ask = (what, path, init = {}) =>
    fetch(target + path, { credentials: 'include', ...init })
      .then(async (answer) => (answer.type === 'opaque' ? undefined : answer.text()))
      .then(note(what), quiet);
  const types = ['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'application/x-protobuf'];
  await Promise.all([
    ...['/api/status', '/api/pulse', '/api/agents', '/api/shared', '/loki/api/v1/labels', '/config', '/metrics'].map((path) => ask(path, path)),
    ...types.flatMap((type) => ['cors', 'no-cors'].flatMap((mode) => [
      ask('shared', '/api/shared', { method: 'POST', mode, headers: { 'Content-Type': type }, body: shared }),
      ask('push', '/loki/api/v1/push', { method: 'POST', mode, headers: { 'Content-Type': type }, body: push }),
      ask('delete', remove, { method: 'POST', mode, headers: { 'Content-Type': type } }),
    ])),
    ...['PUT', 'DELETE'].map((method) => ask(method, remove, { method })),
    ask('flush', '/flush', { method: 'POST', mode: 'no-cors' }),
    ask('log_level', '/log_level?log_level=debug', { method: 'POST', mode: 'no-cors' }),
    ask('login', '/api/login', { method: 'POST', mode: 'no-cors', body: '{}' }),
    ask('logout', '/api/logout', { method: 'POST', mode: 'no-cors' }),
    ...['/loki/api/v1/tail?query={app="kept"}', '/api/live?query={app="kept"}', '/api/pulse'].map(
      (path) => new Promise((done) => {
        const socket = new WebSocket(target.replace('http', 'ws') + path);
        socket.onmessage = (event) => note(`socket ${path}`)(event.data);
        socket.onopen = () => note(`open ${path}`)('');
        socket.onclose = done;
      }),
    ),
  ]);
  const once = (element, path, name = 'src') => new Promise((done) => {
    element.onload = element.onerror = done;
    element[name] = target + path;
    document.body.append(element);
  });
  await once(document.createElement('img'), '/flush');
  await once(document.createElement('script'), '/api/shared');
  await once(document.createElement('img'), remove);
  await once(document.createElement('iframe'), '/explore');
  return read;
}

/** In the foreign page: a form that nobody has to be asked for. */
function submitForm({ action, body }) {
  const form = document.createElement('form');
  Object.assign(form, { action, method: 'POST', enctype: 'text/plain' });
  const field = document.createElement('input');
  Object.assign(field, { name: body.slice(0, -1), value: body.slice(-1) });
  form.append(field);
  document.body.append(form);
  form.submit();
}

for (const auth of ['off', 'password']) {
  test(`a foreign page reads and changes nothing (auth ${auth})`, async () => {
    const server = await LogServer.start('--auth', auth, ...(auth === 'off' ? [] : ['--admin-password', password]));
    const basic = auth === 'off' ? {} : { Authorization: `Basic ${Buffer.from(`admin:${password}`).toString('base64')}` };
    const own = async (path) => (await fetch(server.page + path, { headers: basic })).json();
    try {
      await server.push({ app: 'kept' }, [[nowNs(), 'a line that stays']]);
      const context = await browser.newContext();
      const page = await context.newPage();
      if (auth === 'password') {
        // Who is logged in has most to lose.
        await page.goto(server.page);
        await page.getByLabel('User').fill('admin');
        await page.getByLabel(/password/i).fill(password);
        await page.keyboard.press('Enter');
        await until('the cookie', async () => (await context.cookies()).length > 0);
      }
      const before = await own('/api/shared');
      for (const target of [server.page, server.url, server.page.replace('127.0.0.1', 'localhost')]) {
        await page.goto(origin);
        const read = await page.evaluate(attack, { target, shared, push, remove });
        assert.deepEqual(read, [], target);
        const [inside] = page.frames().filter((f) => f !== page.mainFrame());
        assert.equal(await inside.locator('nav').count(), 0, `${target} in a frame`);
        for (const [path, body] of [['/api/shared', shared], ['/loki/api/v1/push', push], [remove, '{}'], ['/flush', '{}']]) {
          await page.goto(origin);
          const [answer] = await Promise.all([
            page.waitForResponse((r) => r.request().method() === 'POST'),
            page.waitForURL((url) => url.origin === target),
            page.evaluate(submitForm, { action: target + path, body }),
          ]);
          assert.equal(answer.status(), 403, path);
        }
      }
      assert.deepEqual(await own('/api/shared'), before);
      assert.deepEqual(await own('/loki/api/v1/delete'), []);
      const labels = await own('/loki/api/v1/label/app/values');
      assert.deepEqual(labels.data, ['kept']);
      await context.close();
    } finally {
      await server.close();
    }
  });
}

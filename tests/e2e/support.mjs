// Processes, HTTP and Chromium for the tests.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

export const binary = process.env.LOGSVC_BIN;

export function freePort() {
  return new Promise((resolve) => {
    const s = createServer().listen(0, '127.0.0.1', () => {
      const { port } = s.address();
      s.close(() => resolve(port));
    });
  });
}

export const pause = (ms) => new Promise((r) => setTimeout(r, ms));

/** Asks until the answer is truthy; fails after a while with what it had. */
export async function until(what, ask, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  let last;
  for (;;) {
    try {
      last = await ask();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`waited ${seconds} s for ${what}: ${last}`);
    await pause(50);
  }
}

export function tempDir() {
  const path = mkdtempSync(join(tmpdir(), 'logsvc-e2e-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A process that may be killed and started again with the same arguments. */
export class Process {
  constructor(args, env = {}) {
    this.args = args;
    this.env = env;
    this.log = '';
  }
  start() {
    this.child = spawn(binary, this.args, { env: { ...process.env, ...this.env }, stdio: ['ignore', 'ignore', 'pipe'] });
    this.child.stderr.on('data', (d) => (this.log += d));
    this.ended = new Promise((resolve) => this.child.on('exit', (code, signal) => resolve({ code, signal })));
    return this;
  }
  async stop(signal = 'SIGTERM') {
    this.child.kill(signal);
    return this.ended;
  }
}

export class LogServer {
  static async start(...args) {
    const server = new LogServer();
    server.dir = tempDir();
    server.port = await freePort();
    server.uiPort = await freePort();
    server.process = new Process(['server', '--listen', `127.0.0.1:${server.port}`, '--ui-listen', `127.0.0.1:${server.uiPort}`,
      '--data-dir', server.dir.path, ...args]);
    await server.restart();
    return server;
  }
  async restart() {
    this.process.start();
    await until('the server', async () => (await fetch(`${this.url}/ready`)).ok);
  }
  get url() {
    return `http://127.0.0.1:${this.port}`;
  }
  get page() {
    return `http://127.0.0.1:${this.uiPort}`;
  }
  async push(labels, lines) {
    const values = lines.map(([ns, line]) => [String(ns), line]);
    const answer = await fetch(`${this.url}/loki/api/v1/push`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ streams: [{ stream: labels, values }] }),
    });
    if (answer.status !== 204) throw new Error(`push: ${answer.status} ${await answer.text()}`);
  }
  /** [{ns, line, labels}] in the order of time. */
  async lines(query, limit = 5000) {
    const end = `${Date.now() + 3600_000}000000`;
    const search = new URLSearchParams({ query, start: `${Date.now() - 86400_000}000000`, end, limit, direction: 'forward' });
    const answer = await fetch(`${this.url}/loki/api/v1/query_range?${search}`);
    if (!answer.ok) throw new Error(await answer.text());
    const { data } = await answer.json();
    return data.result
      .flatMap((s) => s.values.map(([ns, line]) => ({ ns, line, labels: s.stream })))
      .sort((a, b) => (BigInt(a.ns) < BigInt(b.ns) ? -1 : 1));
  }
  async close() {
    await this.process.stop();
    this.dir.remove();
  }
}

export function nowNs() {
  return BigInt(Date.now()) * 1_000_000n;
}

/** A line as winston writes it. */
export const winston = (service, level, message, more = {}) => JSON.stringify({ service, level, message, ...more });

export function launchChromium() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
}

/** A page with the given settings; its errors fail the test at check(). */
export async function openPage(browser, url, { settings = {}, ...context } = {}) {
  const own = await browser.newContext({ viewport: { width: 1440, height: 860 }, ...context });
  const page = await own.newPage();
  const errors = [];
  page.on('pageerror', (e) => errors.push(e.message));
  page.on('console', (m) => m.type() === 'error' && /Content Security Policy|Refused/.test(m.text()) && errors.push(m.text()));
  await page.addInitScript((s) => localStorage.getItem('logsvc.settings') ?? localStorage.setItem('logsvc.settings', JSON.stringify(s)),
    { language: 'en', zone: 'UTC', ...settings });
  await page.goto(url);
  return { page, errors, close: () => own.close() };
}

/** Two keys one after the other, again if they came too slowly for the page, until what they do is done. */
export async function chord(page, first, second, done) {
  await until(`${first} ${second}`, async () => {
    await page.keyboard.press(first);
    await page.keyboard.press(second);
    return until('it to be done', done, 5);
  });
}

export function run(command, args, options = {}) {
  const done = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${done.stderr || done.error}`);
  return done.stdout.trim();
}

/** Lines of 400 bytes pushed at a rate, numbered. */
export class LineStream {
  sent = 0;
  constructor(server, labels) {
    Object.assign(this, { server, labels, pad: 'x'.repeat(270) });
  }
  async push(n) {
    const base = nowNs();
    const { service, level } = this.labels;
    const lines = Array.from({ length: n }, (_, i) => [base + BigInt(i * 10), winston(service, level, `GET /seats ${this.sent + i}`, { userId: `user_id_${i}`, pad: this.pad })]);
    await this.server.push(this.labels, lines);
    this.sent += n;
  }
  /** So many lines at once: the bodies are made before, and sent when the result is called. */
  prepare(n, bodies) {
    const { service, level } = this.labels;
    const base = nowNs();
    const made = Array.from({ length: bodies }, (_, body) => {
      const values = Array.from({ length: n / bodies }, (_, i) => {
        const at = body * (n / bodies) + i;
        return [String(base + BigInt(at)), winston(service, level, `burst ${at}`, { userId: `user_id_${i}`, pad: this.pad })];
      });
      return JSON.stringify({ streams: [{ stream: this.labels, values }] });
    });
    return async () => {
      const answers = await Promise.all(made.map((body) => fetch(`${this.server.url}/loki/api/v1/push`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })));
      for (const answer of answers) if (answer.status !== 204) throw new Error(`push: ${answer.status} ${await answer.text()}`);
      this.sent += n;
    };
  }
  /** As near to the rate as the machine lets it, for so long; what it came to. */
  async run(perSecond, seconds) {
    const [began, first] = [Date.now(), this.sent];
    for (let tick = 1; Date.now() - began < seconds * 1000; tick++) {
      await this.push(perSecond / 20);
      const wait = began + tick * 50 - Date.now();
      if (wait > 0) await pause(wait);
    }
    const lines = this.sent - first;
    return { lines, perSecond: Math.round((lines * 1000) / (Date.now() - began)) };
  }
}

/** Seconds of CPU that the page's main thread has used. */
export async function cpuOf(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => (await session.send('Performance.getMetrics')).metrics.find((m) => m.name === 'TaskDuration').value;
}

/** MB of the page's heap, after what is unused was thrown away if so asked. */
export async function heapOf(page) {
  const session = await page.context().newCDPSession(page);
  const used = async () => (await session.send('Runtime.getHeapUsage')).usedSize / 1e6;
  return { used, collected: async () => (await session.send('HeapProfiler.collectGarbage'), used()) };
}

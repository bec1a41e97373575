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

export function run(command, args, options = {}) {
  const done = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${done.stderr || done.error}`);
  return done.stdout.trim();
}

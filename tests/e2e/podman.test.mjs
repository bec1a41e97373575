// Podman through its Docker-compatible service: the same containers' lines by its files and by its API, whole and once.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { makeRoot } from './docker.mjs';
import { LogServer, Process, run, tempDir, until } from './support.mjs';

class PodmanHost {
  constructor() {
    this.dir = mkdtempSync('/tmp/logsvc-podman-');
    this.url = `unix://${this.dir}/podman.sock`;
    this.globals = ['--root', `${this.dir}/data`, '--runroot', `${this.dir}/run`, '--tmpdir', `${this.dir}/tmp`, '--storage-driver', 'vfs', '--cgroup-manager', 'cgroupfs'];
  }
  podman(...args) {
    return run('podman', [...this.globals, ...args]);
  }
  shell(name, script, ...options) {
    return this.podman('run', '-d', '--network', 'none', '--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1000:1000', '--log-driver', 'k8s-file', '--name', name, ...options, 'logsvc-test', 'sh', '-c', script);
  }
  importImage(folder) {
    run('sh', ['-c', `tar -C ${folder} -c . | podman ${this.globals.join(' ')} import - logsvc-test`]);
  }
  async serve() {
    this.service = spawn('podman', [...this.globals, 'system', 'service', '--time', '0', this.url], { stdio: 'ignore' });
    await until('Podman', () => run('curl', ['-sf', '--unix-socket', this.url.replace('unix://', ''), 'http://podman/_ping']));
  }
  async stop() {
    spawnSync('podman', [...this.globals, 'rm', '-f', '-t', '0', '-a']);
    if (this.service) {
      const ended = new Promise((r) => this.service.on('exit', r));
      this.service.kill();
      await ended;
    }
    spawnSync('umount', ['-l', `${this.dir}/data`, `${this.dir}/data/vfs`]);
    // What tidies up behind a container may still be at it.
    await until('an empty folder', () => (rmSync(this.dir, { recursive: true, force: true }), true));
  }
}

/** Why there can be no Podman here; empty if a container runs. */
function whyNoPodman() {
  if (process.getuid() !== 0) return 'Podman with a store of its own needs root';
  for (const tool of ['podman', 'busybox', 'curl']) if (spawnSync('which', [tool]).status !== 0) return `${tool} is not installed`;
  return '';
}

const numbers = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => String(first + i));
const long = '0123456789abcdef'.repeat(2000);

describe('Podman', { skip: whyNoPodman() || false }, () => {
  let host, server, agent, dir, unable;
  before(async () => {
    host = new PodmanHost();
    const root = tempDir();
    makeRoot(root.path, false);
    try {
      host.importImage(root.path);
      host.shell('probe', 'echo it runs');
      await host.serve();
    } catch (error) {
      unable = `Podman runs no container here: ${error.message}`;
    }
    root.remove();
    server = await LogServer.start('--auth', 'off');
  });
  after(async () => {
    await host?.stop();
    await server?.close();
  });

  for (const read of ['auto', 'api']) {
    test(`read by ${read}`, async (t) => {
      if (unable) return t.skip(unable);
      const label = `by-${read}`;
      dir = tempDir();
      agent = new Process(['agent', '--docker', host.url, '--read', read, '--host-label', label, '--data-dir', dir.path], { LOKI_URL: server.url }).start();
      // Its API has whole seconds: lines of one second have no order there.
      const lines = async (name) => (await server.lines(`{container="${name}", host="${label}"}`)).map((l) => l.line).sort();
      const expectLines = async (name, expected) => {
        await until(`${expected.length} lines of ${name}`, async () => (await lines(name)).length >= expected.length).catch((e) => assert.fail(`${e.message}\n${agent.log}`));
        assert.deepEqual(await lines(name), [...expected].sort());
      };
      const name = (what) => `${what}-${read}`;
      try {
        host.shell(name('many'), 'seq 1 1000; sleep 1000');
        host.shell(name('brief'), 'echo out; echo err >&2');
        host.shell(name('tty'), 'echo one; echo two; sleep 1000', '-t');
        host.shell(name('long'), `x=0123456789abcdef; i=0; y=; while [ $i -lt 2000 ]; do y=$y$x; i=$((i+1)); done; echo $y; echo after; printf unfinished`);
        await expectLines(name('many'), numbers(1, 1000));
        await expectLines(name('brief'), ['out', 'err']);
        await expectLines(name('tty'), ['one', 'two']);
        await expectLines(name('long'), [long, 'after', 'unfinished']);

        await agent.stop('SIGKILL');
        host.podman('exec', name('many'), 'sh', '-c', 'seq 1001 1500 > /proc/1/fd/1');
        agent.start();
        await expectLines(name('many'), numbers(1, 1500));
        host.podman('restart', '-t', '0', name('many'));
        await expectLines(name('many'), [...numbers(1, 1500), ...numbers(1, 1000)]);
        await expectLines(name('long'), [long, 'after', 'unfinished']);
      } finally {
        await agent.stop();
        dir.remove();
      }
    });
  }
});

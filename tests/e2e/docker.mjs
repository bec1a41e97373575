// Private Docker daemons, one an app server, and an image made of a folder.
import { spawn } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run, until } from './support.mjs';

/** Why there can be no daemon here; empty if there can. */
export function whyNoDocker() {
  if (process.getuid() !== 0) return 'a private Docker daemon needs root';
  for (const tool of ['dockerd', 'docker', 'busybox']) {
    try {
      run('which', [tool]);
    } catch {
      return `${tool} is not installed`;
    }
  }
  return '';
}

export class DockerHost {
  static async start(name) {
    const host = new DockerHost();
    host.dir = mkdtempSync(`/tmp/logsvc-${name}-`);
    host.url = `unix://${host.dir}/docker.sock`;
    host.daemon = spawn('dockerd', ['--iptables=false', '--ip6tables=false', '--bridge=none', '--storage-driver=vfs', '--data-root', `${host.dir}/data`,
      '--exec-root', `${host.dir}/exec`, '--pidfile', `${host.dir}/pid`, '-H', host.url], { stdio: ['ignore', 'ignore', 'pipe'] });
    host.log = '';
    host.daemon.stderr.on('data', (d) => (host.log = (host.log + d).slice(-4000)));
    const failed = new Promise((_, reject) => host.daemon.on('exit', (code) => reject(new Error(`dockerd ended with ${code}: ${host.log}`))));
    failed.catch(() => {});
    await Promise.race([until('dockerd', () => host.docker('version') || true, 60), failed]);
    return host;
  }
  docker(...args) {
    return run('docker', ['-H', this.url, ...args]);
  }
  /** Runs a shell script in a container; its id. */
  shell(name, script, ...options) {
    return this.docker('run', '-d', '--network', 'none', '--name', name, ...options, 'logsvc-test', 'sh', '-c', script);
  }
  importImage(folder) {
    run('sh', ['-c', `tar -C ${folder} -c . | docker -H ${this.url} import - logsvc-test`]);
  }
  async stop() {
    try {
      const running = this.docker('ps', '-q').split('\n').filter(Boolean);
      if (running.length) this.docker('kill', ...running);
    } catch {
      // The daemon may be gone already.
    }
    const ended = new Promise((r) => this.daemon.on('exit', r));
    this.daemon.kill();
    await ended;
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** A root folder with busybox and, if wanted, this machine's node and the winston package. */
export function makeRoot(folder, withNode) {
  mkdirSync(join(folder, 'bin'), { recursive: true });
  mkdirSync(join(folder, 'tmp'));
  copyFileSync(run('which', ['busybox']), join(folder, 'bin/busybox'));
  for (const tool of ['sh', 'echo', 'sleep', 'usleep', 'seq', 'cat', 'date']) symlinkSync('busybox', join(folder, 'bin', tool));
  if (!withNode) return;
  const node = process.execPath;
  copyFileSync(node, join(folder, 'bin/node'));
  for (const line of run('ldd', [node]).split('\n')) {
    const library = /(\/\S+)/.exec(line)?.[1];
    if (!library || !existsSync(library)) continue;
    mkdirSync(join(folder, dirname(library)), { recursive: true });
    copyFileSync(library, join(folder, library));
  }
  cpSync(new URL('./node_modules', import.meta.url).pathname, join(folder, 'app/node_modules'), {
    recursive: true,
    filter: (path) => !/playwright|axe-core|node_modules\/ws/.test(path),
  });
  cpSync(new URL('./winston_app.mjs', import.meta.url).pathname, join(folder, 'app/app.mjs'));
}

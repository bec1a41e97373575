// Private Docker daemons, one an app server, and an image made of a folder.
import { spawn } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { freePort, run, until } from './support.mjs';

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
  /** tls: listens by TCP too, for clients with a certificate of host.certificates (ca.pem, cert.pem, key.pem) alone. */
  static async start(name, { tls = false } = {}) {
    const host = new DockerHost();
    host.dir = mkdtempSync(`/tmp/logsvc-${name}-`);
    host.url = `unix://${host.dir}/docker.sock`;
    host.options = [];
    if (tls) {
      const certificates = (host.certificates = makeCertificates(join(host.dir, 'certificates')));
      host.tcpPort = await freePort();
      host.options = ['-H', `tcp://127.0.0.1:${host.tcpPort}`, '--tlsverify', `--tlscacert=${certificates}/ca.pem`, `--tlscert=${certificates}/server.pem`,
        `--tlskey=${certificates}/server.key`];
    }
    await host.launch();
    return host;
  }
  async launch() {
    this.daemon = spawn('dockerd', ['--iptables=false', '--ip6tables=false', '--bridge=none', '--storage-driver=vfs', '--data-root', `${this.dir}/data`,
      '--exec-root', `${this.dir}/exec`, '--pidfile', `${this.dir}/pid`, '-H', this.url, ...this.options], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.log = '';
    this.daemon.stderr.on('data', (d) => (this.log = (this.log + d).slice(-4000)));
    const failed = new Promise((_, reject) => this.daemon.on('exit', (code) => reject(new Error(`dockerd ended with ${code}: ${this.log}`))));
    failed.catch(() => {});
    await Promise.race([until('dockerd', () => this.docker('version') || true, 60), failed]);
  }
  /** The daemon ends, its containers with it, and comes back. */
  async restart() {
    const ended = new Promise((r) => this.daemon.on('exit', r));
    this.daemon.kill();
    await ended;
    await this.launch();
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
    // A daemon that did not get to it leaves its data folder mounted on itself.
    try {
      run('umount', ['-l', `${this.dir}/data`]);
    } catch {
      // The usual case: nothing is mounted.
    }
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** An authority (ca.pem), the daemon's certificate (server.pem, server.key) and a client's (cert.pem, key.pem). */
function makeCertificates(folder) {
  mkdirSync(folder);
  const file = (name) => join(folder, name);
  const openssl = (...args) => run('openssl', args);
  const key = (name) => ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file(name)];
  openssl('req', '-x509', ...key('ca.key'), '-out', file('ca.pem'), '-days', '2', '-subj', '/CN=docker test', '-addext', 'basicConstraints=critical,CA:TRUE');
  for (const [cert, itsKey, extensions] of [
    ['server.pem', 'server.key', 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n'],
    ['cert.pem', 'key.pem', 'extendedKeyUsage=clientAuth\n'],
  ]) {
    writeFileSync(file('extensions'), extensions);
    openssl('req', ...key(itsKey), '-out', file('request'), '-subj', `/CN=${cert}`);
    openssl('x509', '-req', '-in', file('request'), '-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial', '-days', '2', '-extfile', file('extensions'), '-out', file(cert));
  }
  return folder;
}

/** A root folder with busybox and, if wanted, this machine's node and the winston package. */
export function makeRoot(folder, withNode) {
  mkdirSync(join(folder, 'bin'), { recursive: true });
  mkdirSync(join(folder, 'tmp'));
  copyFileSync(run('which', ['busybox']), join(folder, 'bin/busybox'));
  for (const tool of ['sh', 'echo', 'sleep', 'usleep', 'seq', 'cat', 'date', 'printf', 'head', 'tr', 'od']) symlinkSync('busybox', join(folder, 'bin', tool));
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

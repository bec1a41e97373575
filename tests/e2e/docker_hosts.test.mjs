// Docker elsewhere: by TCP, by TLS with certificates, through a socket proxy that allows little and wants credentials.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { DockerHost, makeRoot, whyNoDocker } from './docker.mjs';
import { LogServer, Process, tempDir, until } from './support.mjs';

/** A socket proxy: GET on containers, events and version alone, for those who say who they are. */
class SocketProxy {
  refused = [];
  static async start(socketPath) {
    const proxy = new SocketProxy();
    proxy.http = createServer((from, to) => {
      const path = from.url.replace(/^\/v1\.\d+/, '').replace(/\?.*/, '');
      if (proxy.authorization && from.headers.authorization !== proxy.authorization) return to.writeHead(401).end();
      if (from.method !== 'GET' || !/^\/(containers|events|version)(\/|$)/.test(path)) {
        proxy.refused.push(`${from.method} ${path}`);
        return to.writeHead(403).end();
      }
      const { connection, host, ...headers } = from.headers;
      const out = request({ socketPath, path: from.url, headers: { ...headers, host: 'docker' } }, (answer) => {
        to.writeHead(answer.statusCode, answer.headers);
        to.flushHeaders();
        answer.pipe(to);
      });
      out.on('error', () => to.destroy());
      to.on('close', () => out.destroy());
      out.end();
    });
    await new Promise((r) => proxy.http.listen(0, '127.0.0.1', r));
    proxy.port = proxy.http.address().port;
    return proxy;
  }
  close() {
    this.http.closeAllConnections();
    this.http.close();
  }
}

describe('Docker elsewhere', { skip: whyNoDocker() || false }, () => {
  let host, server, dir, agent, proxy;
  before(async () => {
    const root = tempDir();
    makeRoot(root.path, false);
    host = await DockerHost.start('elsewhere', { tls: true });
    host.importImage(root.path);
    root.remove();
    server = await LogServer.start('--auth', 'off');
    proxy = await SocketProxy.start(host.url.replace('unix://', ''));
  });
  after(async () => {
    proxy?.close();
    await host?.stop();
    await server?.close();
  });
  afterEach(async () => {
    await agent?.stop();
    dir?.remove();
  });

  function startAgent(args, env = {}) {
    dir = tempDir();
    agent = new Process(['agent', '--read', 'api', '--data-dir', join(dir.path, 'data'), ...args], { LOKI_URL: server.url, ...env }).start();
  }
  function startWithFile(job, dockerConfig) {
    const folder = tempDir();
    const file = join(folder.path, 'promtail.yaml');
    const config = {
      server: { disable: true },
      positions: { filename: join(folder.path, 'positions.yaml') },
      clients: [{ url: `${server.url}/loki/api/v1/push` }],
      scrape_configs: [{
        job_name: job,
        docker_sd_configs: [dockerConfig],
        relabel_configs: [{ target_label: 'job', replacement: job }, { source_labels: ['__meta_docker_container_name'], regex: '/(.*)', target_label: 'container' }],
      }],
    };
    writeFileSync(file, JSON.stringify(config));
    dir = folder;
    agent = new Process(['agent', '--read', 'api', '--config', file, '--data-dir', join(folder.path, 'data')]).start();
  }
  const count = async (query) => (await server.lines(query)).length;
  /** What was printed before and after the agent came. */
  async function expectLines(name, query) {
    await until(`lines of ${name}`, async () => (await count(query)) === 3).catch((e) => assert.fail(`${e.message}\n${agent.log}`));
    host.docker('exec', name, 'sh', '-c', 'echo later > /proc/1/fd/1');
    await until('the line printed later', async () => (await count(query)) === 4);
  }
  const print = (name) => host.shell(name, 'seq 1 3; sleep 1000');

  test('DOCKER_HOST=tcp:// with DOCKER_TLS_VERIFY and DOCKER_CERT_PATH', async () => {
    print('by-tls');
    startAgent([], { DOCKER_HOST: `tcp://127.0.0.1:${host.tcpPort}`, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: host.certificates });
    await expectLines('by-tls', '{container="by-tls"}');
  });

  test('docker_sd_configs with tls_config', async () => {
    print('by-file');
    const tls_config = { ca_file: `${host.certificates}/ca.pem`, cert_file: `${host.certificates}/cert.pem`, key_file: `${host.certificates}/key.pem` };
    startWithFile('tls', { host: `tcp://127.0.0.1:${host.tcpPort}`, tls_config, filters: [{ name: 'name', values: ['by-file'] }] });
    await expectLines('by-file', '{job="tls",container="by-file"}');
  });

  test('a certificate that is not trusted, and one that is missing, are told', async () => {
    startWithFile('untrusted', { host: `https://127.0.0.1:${host.tcpPort}` });
    await until('the reason', () => agent.log.includes('the certificate of 127.0.0.1 is not trusted'));
    await agent.stop();
    startWithFile('uninvited', { host: `https://127.0.0.1:${host.tcpPort}`, tls_config: { ca_file: `${host.certificates}/ca.pem` } });
    await until('the reason', () => /bad certificate|certificate required/.test(agent.log));
  });

  test('DOCKER_HOST=tcp:// in the open, through a proxy that allows GET on containers, events and version alone', async () => {
    print('by-proxy');
    startAgent([], { DOCKER_HOST: `tcp://127.0.0.1:${proxy.port}` });
    await expectLines('by-proxy', '{container="by-proxy"}');
    const needed = proxy.refused.filter((what) => what !== 'GET /_ping');
    assert.deepEqual(needed, []);
  });

  test('credentials for what stands before the socket', async () => {
    print('by-password');
    const filters = [{ name: 'name', values: ['by-password'] }];
    proxy.authorization = `Basic ${Buffer.from('ann:s3cret').toString('base64')}`;
    startWithFile('basic', { host: `http://127.0.0.1:${proxy.port}`, basic_auth: { username: 'ann', password: 's3cret' }, filters });
    await expectLines('by-password', '{job="basic"}');
    await agent.stop();
    host.docker('rm', '-f', 'by-password');
    print('by-token');
    proxy.authorization = 'Bearer t0k3n';
    filters[0].values = ['by-token'];
    startWithFile('bearer', { host: `http://127.0.0.1:${proxy.port}`, authorization: { credentials: 't0k3n' }, filters });
    await expectLines('by-token', '{job="bearer"}');
  });
});

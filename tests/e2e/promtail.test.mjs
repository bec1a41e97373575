// A usual Promtail file with docker_sd_configs, as it is, against a real daemon.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { DockerHost, makeRoot, whyNoDocker } from './docker.mjs';
import { LogServer, Process, freePort, tempDir, until } from './support.mjs';

const winston = (level, message, time) => JSON.stringify({ service: 'api-server', level, message, timestamp: time });

const promtailFile = (dir, server, docker, port) => `
server:
  http_listen_port: ${port}
  http_listen_address: 127.0.0.1
  grpc_listen_port: 0
positions:
  filename: ${dir}/positions.yaml
clients:
  - url: ${server}/loki/api/v1/push
    external_labels: {host: backend-instance}
scrape_configs:
  - job_name: containers
    docker_sd_configs:
      - host: ${docker}
        refresh_interval: 5s
        filters: [{name: label, values: [logging=promtail]}]
    relabel_configs:
      - source_labels: [__meta_docker_container_name]
        regex: /(.*)
        target_label: container
      - source_labels: [__meta_docker_container_log_stream]
        target_label: stream
      - source_labels: [__meta_docker_container_label_com_docker_compose_project]
        target_label: compose_project
      - {target_label: job, replacement: docker}
      - {source_labels: [container], regex: secret.*, action: drop}
    pipeline_stages:
      - json: {expressions: {service: service, level: level, ts: timestamp}}
      - labels: {service: , level: }
      - timestamp: {source: ts, format: RFC3339Nano}
`;

describe('a Promtail file', { skip: whyNoDocker() || false }, () => {
  let host, server, agent, dir, port;
  before(async () => {
    const root = tempDir();
    makeRoot(root.path, false);
    host = await DockerHost.start('promtail');
    host.importImage(root.path);
    root.remove();
    // The lines are of January.
    server = await LogServer.start('--auth', 'off', '--retention', '0');
    dir = tempDir();
    port = await freePort();
    const file = join(dir.path, 'promtail-config.yaml');
    writeFileSync(file, promtailFile(dir.path, server.url, host.url, port));
    agent = new Process(['agent', '--config', file, '--data-dir', join(dir.path, 'data')]).start();
    await until('the agent', async () => (await fetch(`http://127.0.0.1:${port}/ready`)).ok);
  });
  after(async () => {
    await agent?.stop();
    await host?.stop();
    await server?.close();
    dir?.remove();
  });

  const streams = async (query) => {
    const search = new URLSearchParams({ query, start: '2026-01-01T00:00:00Z', end: new Date(Date.now() + 60_000).toISOString(), limit: 1000 });
    return (await (await fetch(`${server.url}/loki/api/v1/query_range?${search}`)).json()).data.result;
  };
  const labelled = ['--label', 'logging=promtail', '--label', 'com.docker.compose.project=ticketing'];

  test('gives the labels and times that it says, and reads what it selects', async () => {
    const opened = winston('info', 'Ticketing opened', '2026-01-01T13:00:00.123Z');
    const failed = winston('error', 'Payment failed', '2026-01-01T13:00:01.000000456Z');
    host.shell('api-1', `echo '${opened}'; echo '${failed}' >&2; echo plain; sleep 1000`, ...labelled);
    host.shell('secret-1', 'echo not for others', ...labelled);
    host.shell('other-1', 'echo not selected');
    const found = await until('three lines', async () => {
      const all = await streams('{job="docker"}');
      return all.reduce((n, s) => n + s.values.length, 0) === 3 && all;
    });
    const common = { container: 'api-1', job: 'docker', compose_project: 'ticketing', host: 'backend-instance' };
    const of = (line) => found.find((s) => s.values.some(([, l]) => l === line));
    const picked = ({ stream: { service_name, detected_level, ...rest } }) => rest;
    assert.deepEqual(picked(of(opened)), { ...common, stream: 'stdout', service: 'api-server', level: 'info' });
    assert.deepEqual(picked(of(failed)), { ...common, stream: 'stderr', service: 'api-server', level: 'error' });
    assert.deepEqual(picked(of('plain')), { ...common, stream: 'stdout' });
    assert.equal(of(opened).values[0][0], '1767272400123000000');
    assert.equal(of(failed).values[0][0], '1767272401000000456');
    assert.deepEqual(await streams('{container=~"secret.*|other.*"}'), []);
  });

  test('its pages tell what is read', async () => {
    const targets = await (await fetch(`http://127.0.0.1:${port}/targets`)).text();
    assert.match(targets, /api-1/);
    assert.doesNotMatch(targets, /other-1/);
    assert.match(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text(), /^logsvc_agent_|^promtail_/m);
  });

  test('the place is kept over a restart', async () => {
    await agent.stop();
    host.docker('exec', 'api-1', 'sh', '-c', 'echo while away > /proc/1/fd/1');
    agent.start();
    await until('the line', async () => (await streams('{container="api-1"} |= "while away"')).length === 1);
    const all = await streams('{container="api-1"}');
    assert.equal(all.reduce((n, s) => n + s.values.length, 0), 4);
  });
});

import { expect, test } from 'vitest';
import settings from '../../../lib/agent/agent_config.cc?raw';
import dockerfile from '../../../monitoring/Dockerfile?raw';
import composeFile from '../../../monitoring/docker-compose.agent.yml?raw';
import { agentSnippets, portOf, pushUrl, unknownHost } from './agent_snippets';

const files = Object.keys(import.meta.glob(['../../../monitoring/*', '../../../scripts/*'])).map((path) =>
  path.replace('../../../', ''),
);
const all = agentSnippets(pushUrl('10.0.0.5', '3100', ''))
  .map((s) => s.text)
  .join('\n');

test('every way has the address of this server', () => {
  for (const { text } of agentSnippets(pushUrl('10.0.0.5', '3100', '')))
    expect(text).toContain('http://10.0.0.5:3100/loki/api/v1/push');
  expect(pushUrl('2001:db8::1', '1', '')).toBe('http://[2001:db8::1]:1/loki/api/v1/push');
});

test('a token is the password of any user', () => {
  const url = pushUrl('10.0.0.5', '3100', 'lsv_abc');
  expect(url).toBe('http://agent:lsv_abc@10.0.0.5:3100/loki/api/v1/push');
  for (const { text } of agentSnippets(url)) expect(text).toContain(`LOKI_URL=${url}`);
});

test('an address that means another machine elsewhere is not told to others', () => {
  for (const host of ['localhost', '127.0.0.1', '[::1]'])
    expect(pushUrl(host, '3100', '')).toContain(`http://${unknownHost}:3100/`);
});

test('files that are named are in the checkout', () => {
  const named = all.match(/\b(monitoring|scripts)\/[\w.-]+/g)!.filter((name) => name !== 'monitoring/.env');
  expect(named.length).toBeGreaterThan(3);
  for (const name of named) expect(files).toContain(name);
});

test('settings that are named are those of the agent', () => {
  const known = (name: string) =>
    settings.includes(`{"${name}"}`) ||
    settings.includes(`"${name.replace('LOGSVC_', '').toLowerCase().replaceAll('_', '-')}"`);
  const named = new Set(all.match(/\b(LOGSVC|LOKI)_[A-Z_]+(?==[^O])/g));
  expect([...named].sort()).toEqual(['LOGSVC_DATA_DIR', 'LOGSVC_HOST', 'LOKI_URL']);
  for (const name of named) expect(known(name), name).toBe(true);
  for (const name of ['LOKI_URL', 'LOGSVC_HOST']) expect(composeFile).toContain(`\${${name}`);
});

test('image, binary and preset are those that the checkout makes', () => {
  expect(dockerfile).toContain('docker build -f monitoring/Dockerfile -t logsvc .');
  expect(dockerfile).toContain('/src/build/release/logsvc /usr/bin/logsvc');
  expect(dockerfile).toContain('/var/lib/logsvc-agent');
  expect(dockerfile).toContain('cmake --preset release -DLOGSVC_TESTS=OFF');
});

test('the port of a listen address', () => {
  expect(['0.0.0.0:3101', '[::]:3102', undefined].map(portOf)).toEqual(['3101', '3102', '3100']);
});

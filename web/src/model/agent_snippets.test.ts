import { expect, test } from 'vitest';
import { agentSnippets, portOf } from './agent_snippets';

test('every way has the address of this server', () => {
  for (const { text } of agentSnippets('10.0.0.5', '3100'))
    expect(text).toContain('http://10.0.0.5:3100/loki/api/v1/push');
  expect(agentSnippets('::1', '1')[0]!.text).toContain('http://[::1]:1/');
});

test('the port of a listen address', () => {
  expect(['0.0.0.0:3101', '[::]:3102', undefined].map(portOf)).toEqual(['3101', '3102', '3100']);
});

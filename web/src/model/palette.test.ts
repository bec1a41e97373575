import { expect, test } from 'vitest';
import { fit, fitting, type Command } from './palette';

const command = (title: string): Command => ({ title, hint: '', run: () => {} });

test('letters in their order; together and at the beginning of words is better', () => {
  expect(fit('Overview', 'ovw')).toBeGreaterThan(0);
  expect(fit('Overview', 'wvo')).toBe(0);
  expect(fit('api-server', 'api')).toBeGreaterThan(fit('a big pile', 'api'));
  expect(fit('결제 화면', '화면')).toBeGreaterThan(0);
});

test('the best come first, no more than wanted; nothing written: as they are', () => {
  const commands = ['Services', 'ticket-server', 'Settings'].map(command);
  expect(fitting(commands, 'server', 5).map((c) => c.title)).toEqual(['ticket-server']);
  expect(fitting(commands, 'se', 2).map((c) => c.title)).toEqual(['Services', 'Settings']);
  expect(fitting(commands, ' ', 2)).toHaveLength(2);
});

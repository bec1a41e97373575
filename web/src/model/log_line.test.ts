import { expect, test } from 'vitest';
import { columnValue, lineKey, makeLine, oneLine, restOf, shownOf } from './log_line';

const labels = { service: 'api-server', level: 'error' };

test('a Winston line shows its message and the fields that are not columns', () => {
  const text = '{"service":"api-server","level":"error","message":"Payment failed","userId":"user_id_123","n":5}';
  const line = makeLine('1700000000123456789', text, labels);
  expect(line.level).toBe('error');
  expect(shownOf(line).message).toBe('Payment failed');
  expect(restOf(shownOf(line))).toBe('userId=user_id_123 n=5');
});

test('other lines are shown as they are', () => {
  for (const text of ['plain', '{broken', '[1,2]', '{"a":1']) {
    expect(shownOf(makeLine('1', text, {})).message).toBe(text);
  }
  expect(oneLine('a\nb')).toBe('a ⏎ b');
});

test('lines are the same only if time, labels and text are', () => {
  expect(lineKey(makeLine('1', 'a', labels))).toBe(lineKey(makeLine('1', 'a', { ...labels })));
  expect(lineKey(makeLine('1', 'a', labels))).not.toBe(lineKey(makeLine('2', 'a', labels)));
});

test('a column has the label, else the first field of its name or of what a label of that name is called', () => {
  const text = '{"message":"m","user.id":"u1","user_id":"u2","n":5,"__proto__":"p"}';
  const line = makeLine('1', text, { host: 'a' });
  expect(columnValue(line, 'host')).toBe('a');
  expect(columnValue(line, 'user.id')).toBe('u1');
  expect(columnValue(line, 'user_id')).toBe('u1');
  expect(columnValue(line, 'n')).toBe('5');
  expect(columnValue(line, '__proto__')).toBe('p');
  expect(columnValue(line, 'toString')).toBe('');
});

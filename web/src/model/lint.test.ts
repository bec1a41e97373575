import { expect, test } from 'vitest';
import { lint } from './lint';

const good = '{"level":"info","message":"x","service":"a","timestamp":"2026-01-02T03:04:05.678Z"}';
const rules = (text: string) => lint([{ text, ms: 0 }]).findings.map((f) => f.rule);

test('a line as it should be has nothing', () => {
  expect(rules(good)).toEqual([]);
  expect(lint([{ text: good, ms: 0 }]).score).toBe(100);
});

test('each fault is found', () => {
  expect(rules('plain text')).toEqual(['notJson']);
  expect(rules('{"broken": ')).toEqual(['notJson']);
  expect(rules('{"message":"x","timestamp":"2026-01-02T03:04:05Z"}')).toEqual(['noLevel']);
  expect(rules('{"level":"loud","message":"x","timestamp":"2026-01-02T03:04:05Z"}')).toEqual(['unknownLevel']);
  expect(rules('{"level":"http","timestamp":1767322800000}')).toEqual(['noMessage']);
  expect(rules('{"level":30,"msg":"x"}')).toEqual(['noTime']);
  expect(rules('{"level":"info","msg":"x","timestamp":"2026-01-02 12:00:00"}')).toEqual(['noZone']);
  expect(rules(good.replace('"x"', `"${'가'.repeat(6000)}"`))).toEqual(['tooLong']);
});

test('the same line over a hundred times a second', () => {
  const result = lint(Array.from({ length: 150 }, (_, i) => ({ text: good.replace('"x"', `"tick ${i}"`), ms: i })));
  expect(result.findings).toMatchObject([{ rule: 'repeated', count: 150 }]);
});

import { expect, it } from 'vitest';
import { makeLine } from '../model/log_line';
import { groupsOf } from './types';

const answer = (values: unknown[]) => ({
  data: { resultType: 'streams', result: [{ stream: { service: 'api', level: 'info' }, values }] },
});

it('tells labels of the stream, metadata and what the query made apart', () => {
  const line = makeLine('5', 'a line', { service: 'api', level: 'info', trace_id: 't2', status: '200' });
  const found = groupsOf(
    answer([
      ['5', 'another', {}],
      ['5', 'a line', { structuredMetadata: { trace_id: 't1' }, parsed: { status: '200' } }],
      ['5', 'a line', { structuredMetadata: { trace_id: 't2' }, parsed: { status: '200' } }],
    ]),
    line,
  );
  expect(found).toEqual({
    labels: [
      ['service', 'api'],
      ['level', 'info'],
    ],
    metadata: [['trace_id', 't2']],
    parsed: [['status', '200']],
  });
});

it('of a line that is not in the answer nothing is known', () => {
  expect(groupsOf(answer([['6', 'a line']]), makeLine('5', 'a line', { service: 'api' }))).toBeNull();
  expect(groupsOf(answer([['5', 'a line']]), makeLine('5', 'a line', { service: 'api', level: 'info' }))).toEqual({
    labels: [
      ['service', 'api'],
      ['level', 'info'],
    ],
    metadata: [],
    parsed: [],
  });
});

import { expect, test } from 'vitest';
import { quantile, readBuckets } from './metrics_text';

const text = (fast: number, slow: number) => `# TYPE t histogram
t_bucket{route="push",status_code="204",le="0.005"} ${fast}
t_bucket{route="push",status_code="204",le="0.5"} ${fast + slow}
t_bucket{route="push",status_code="204",le="+Inf"} ${fast + slow}
t_bucket{route="query",status_code="200",le="+Inf"} 9
t_sum{route="push"} 3
`;
const read = (fast: number, slow: number) =>
  readBuckets(text(fast, slow), 't', (labels) => labels.includes('route="push"'));

test('the bound below which the share stays, of all or since before', () => {
  expect(quantile(0.99, read(99, 1))).toBe(0.005);
  expect(quantile(0.99, read(90, 10))).toBe(0.5);
  expect(quantile(0.99, read(190, 10), read(90, 10))).toBe(0.005);
  expect(quantile(0.99, read(90, 10), read(90, 10))).toBeNull();
  expect(quantile(0.99, new Map())).toBeNull();
});

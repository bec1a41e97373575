// Grafana's own grammar parses every query of the corpus that we answer: what people write in its editor, we take.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parser } from '@grafana/lezer-logql';

const folder = new URL('../conformance/cases/', import.meta.url);

/** What Loki takes and the grammar does not know. */
const unknown = {
  'label-filters-054': 'label filters side by side',
  'label-filters-080': 'label filters side by side',
  'offset-010': 'offset behind the range of an unwrapped label',
};

function* answered() {
  for (const file of readdirSync(folder)) {
    for (const line of readFileSync(new URL(file, folder), 'utf8').trim().split('\n')) {
      const test = JSON.parse(line);
      for (const step of [test, ...(test.steps ?? [])]) {
        const query = step.params?.query;
        const asks = /\/(query|query_range|format_query)$/.test(step.path ?? '');
        if (asks && typeof query === 'string' && query && step.status === 200) yield [test.name, query];
      }
    }
  }
}

function faults(query) {
  const found = [];
  parser.parse(query).iterate({ enter: (node) => void (node.type.isError && found.push(node.from)) });
  return found;
}

test('the grammar of Grafana parses the queries of the corpus', () => {
  let parsed = 0;
  const refused = new Set();
  for (const [name, query] of answered()) {
    parsed += 1;
    if (faults(query).length) refused.add(name);
  }
  assert.deepEqual([...refused].sort(), Object.keys(unknown));
  assert.ok(parsed > 1200, String(parsed));
  assert.ok(faults('{a="b"').length, 'the grammar finds faults');
});

// What "+" and "−" beside a field write: for every field of generated lines, asked of the real server.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LogServer, nowNs, until } from './support.mjs';
import { pageModel } from './page_model.mjs';

let server, page;
before(async () => {
  server = await LogServer.start('--auth', 'off');
  page = await pageModel('model/fields', 'model/query', 'model/log_line');
});
after(() => server?.close());

let seed = 20261130;
const random = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
const pick = (list) => list[random(list.length)];

const names = ['user', 'id', 'http.status', '2xx', 'a b', '이름', 'job', 'level', 'tags', 'price', 'x-y', '', ' k ', 'user_id', '🎫', 'a"b', 'service_name', '__error__x', 'value'];
const numbers = ['7', '1.50', '-0.0', '9007199254740993', '1E400', '0', '123456789012345678901234567890.10'];
const texts = ['', 'x', 'null', '[1]', '{"a":1}', 'a "quoted" \\ text', 'tab\there', 'line\nbreak', '한글 🎫', '\u202eevil', '\u0000\u001f', '| json', '`ticks`', 'a.*b|c', '50%', 'x'.repeat(3000), '\ufffd'];
const blank = () => pick(['', '', '', ' ', '\n']);

function value(depth) {
  const kind = random(depth > 3 ? 8 : 11);
  if (kind < 4) return JSON.stringify(pick(texts));
  if (kind === 4) return pick(['true', 'false']);
  if (kind === 5) return 'null';
  if (kind < 8) return pick(numbers);
  if (kind === 8) return `[${Array.from({ length: random(3) }, () => value(depth + 1)).join(',')}]`;
  return object(depth + 1);
}
function object(depth) {
  const members = Array.from({ length: random(5) + (depth === 0 ? 1 : 0) }, () => `${blank()}${JSON.stringify(pick(names))}${blank()}:${blank()}${value(depth)}`);
  return `{${members.join(',')}}`;
}
const logfmtValues = ['5ms', '200', '"a b"', '"say \\"no\\""', 'x/y', '1.50', '""', '', 'a:b', '한글', '"tab\\there"', '"bad \\q"'];
function logfmt() {
  const keys = ['status', 'took', 'user.id', 'msg', 'job', 'x-y', 'a/b', 'level', '2xx', 'k'];
  const words = Array.from({ length: 2 + random(5) }, () => (random(6) === 0 ? pick(['word', 'x==y', '=z']) : `${pick(keys)}=${pick(logfmtValues)}`));
  return words.join(pick([' ', '  ', '\t']));
}
const special = [
  '{"user":{"id":7},"tags":["a"],"price":1.50,"http.status":500,"ok":true,"nul":null,"big":9007199254740993,"msg":"x"}',
  '{"a":1,"a":2,"a":{"b":3},"a_b":4}',
  '{"a":NaN,"b":1}',
  '{"a":"\\ud800","b":"\\q","c":1}',
  '{"deep":{"er":{"est":{"x":[],"y":{},"z":"\\u00e9"}}}}',
];

/** How many of the pushed lines the query finds with exactly that text. */
async function finds(query, text) {
  return (await server.lines(query)).filter((line) => line.line === text).length;
}

test('+ keeps the line it stands on and − leaves it out, for every field of every line', async () => {
  const lines = [...new Set([...special, ...Array.from({ length: 60 }, () => object(0)), ...Array.from({ length: 40 }, logfmt)])];
  const base = nowNs() - 60_000_000_000n;
  await server.push({ job: 'fields' }, lines.map((line, i) => [base + BigInt(i), line]));
  const stored = await until('all lines', async () => {
    const found = await server.lines('{job="fields"}');
    return found.length === lines.length && found;
  });
  let fields = 0;
  const wrong = [];
  for (const { ns, line, labels } of stored) {
    for (const field of page.fieldsBeside(page.makeLine(ns, line, labels))) {
      const query = (exclude) => page.toggleField('{job="fields"}', field.label, field.value, exclude, field.parser, field.written);
      fields++;
      if ((await finds(query(false), line)) !== 1) wrong.push(`+ ${JSON.stringify(field)} of ${line}: ${query(false)}`);
      if ((await finds(query(true), line)) !== 0) wrong.push(`− ${JSON.stringify(field)} of ${line}: ${query(true)}`);
      assert.equal(page.toggleField(query(false), field.label, field.value, false, field.parser, field.written).replace(/ \| (json|logfmt)$/, ''), '{job="fields"}');
    }
  }
  console.log(`# ${fields} fields of ${stored.length} lines`);
  assert.ok(fields > 300);
  assert.deepEqual(wrong.slice(0, 5), [], `${wrong.length} of ${fields}`);
});

test('words that are no LogQL are never an error', async () => {
  for (const words of ['connect() failed', '(111: Connection refused)', '{"level":"error"}', '192.168.0.0/16', '# of items', '"', '`', '\\', '{', 'a\nb', '|', '결제 실패']) {
    await server.lines(page.toLogQL(words));
  }
});

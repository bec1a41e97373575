import { expect, test } from 'vitest';
import { fieldsOf } from './fields';
import { makeLine, prettyOf, restOf, shownOf } from './log_line';

const pairs = (text: string) => fieldsOf(text).map((f) => [f.name, f.value]);
const byText = (text: string, labels = {}) => fieldsOf(text, labels).map((f) => [f.label, f.written]);

test('numbers keep their digits, fields their order and doubles', () => {
  const text = '{"order_id":9007199254740993,"price":1.0,"10":"b","2":"a","msg":"x","price":-0.0,"e":1E400}';
  const shown = shownOf(makeLine('1', text, {}));
  expect(shown.message).toBe('x');
  expect(shown.fields).toEqual([
    ['order_id', '9007199254740993'],
    ['price', '1.0'],
    ['10', 'b'],
    ['2', 'a'],
    ['price', '-0.0'],
    ['e', '1E400'],
  ]);
  expect(restOf(shown)).toBe('order_id=9007199254740993 price=1.0 10=b 2=a price=-0.0 e=1E400');
  expect(prettyOf(makeLine('1', text, {}))).toBe(
    '{\n  "order_id": 9007199254740993,\n  "price": 1.0,\n  "10": "b",\n  "2": "a",\n  "msg": "x",\n  "price": -0.0,\n  "e": 1E400\n}',
  );
});

test('members of objects are fields, arrays and null are known by their text', () => {
  const text = '{"user":{"id":7,"tags":["a"]},"price":1.50,"http.status":500,"ok":true,"nul":null,"none":{}}';
  expect(pairs(text)).toEqual([
    ['user.id', '7'],
    ['user.tags', '["a"]'],
    ['price', '1.50'],
    ['http.status', '500'],
    ['ok', 'true'],
    ['nul', 'null'],
    ['none', '{}'],
  ]);
  expect(byText(text)).toEqual([
    ['user_id', ''],
    ['user_tags', '"tags":["a"]'],
    ['price', ''],
    ['http_status', ''],
    ['ok', ''],
    ['nul', '"nul":null'],
    ['none', '"none":{}'],
  ]);
});

test('what the parser gives another name, or none', () => {
  expect(byText('{"a":1,"a":2,"b.c":1,"b":{"c":2},"2xx":3,"이름":"x"}')).toEqual([
    ['a', ''],
    ['a', '"a":2'],
    ['b_c', ''],
    ['b_c', '"c":2'],
    ['_2xx', ''],
    ['__', ''],
  ]);
  expect(byText('{"job":"x","host":"h"}', { job: 't', host: 'h' })).toEqual([
    ['job_extracted', ''],
    ['host', ''],
  ]);
  expect(byText('{"a":NaN,"b":1}')).toEqual([
    ['a', '"a":NaN'],
    ['b', '"b":1'],
  ]);
  expect(byText('{"a":"x\\q","b":"\\ud800","c":"ok"}').map(([, written]) => written)).toEqual([
    '"a":"x\\q"',
    '"b":"\\ud800"',
    '',
  ]);
});

test('logfmt lines have their fields, other text has none', () => {
  expect(pairs('level=info msg="it said \\"no\\"" took=5ms empty= user.id=7')).toEqual([
    ['level', 'info'],
    ['msg', 'it said "no"'],
    ['took', '5ms'],
    ['user.id', '7'],
  ]);
  expect(fieldsOf('status=200 took=5ms').map((f) => [f.label, f.parser, f.written])).toEqual([
    ['status', 'logfmt', ''],
    ['took', 'logfmt', ''],
  ]);
  expect(pairs('status=200')).toEqual([['status', '200']]);
  for (const text of ['plain words', 'GET /x?a=1&b=2 200', 'at f (a=b)', 'x = y', '', '===', 'a="open b=c'])
    expect(pairs(text), text).toEqual([]);
  const shown = shownOf(makeLine('1', 'status=200 took=5ms', {}));
  expect([shown.message, restOf(shown), shown.json]).toEqual(['status=200 took=5ms', '', false]);
});

test('what is no JSON object is text, however deep', () => {
  for (const text of [
    '{broken',
    '[1,2]',
    '{"a":1',
    '{"a":1} and more',
    '{"a"}',
    '{"a":}',
    `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`,
  ]) {
    expect(shownOf(makeLine('1', text, {})).message, text.slice(0, 20)).toBe(text);
  }
});

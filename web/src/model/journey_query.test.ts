import { expect, test } from 'vitest';
import { followQuery, readFollowed } from './journey_query';

test('a value, or a field and its value', () => {
  expect(readFollowed(' user_id_7 ')).toEqual({ field: '', value: 'user_id_7' });
  expect(readFollowed('userId:user_id_7')).toEqual({ field: 'userId', value: 'user_id_7' });
  expect(readFollowed('user.id = 7')).toEqual({ field: 'user.id', value: '7' });
  expect(readFollowed('2026-11-25T12:00:00Z').field).toBe('');
});

test('the value stands as a word of its own', () => {
  expect(followQuery(readFollowed('user_id_7'))).toBe('{service_name=~".+"} |= "user_id_7" |~ "\\\\buser_id_7\\\\b"');
  expect(followQuery(readFollowed('홍길동'))).toContain('|~ "홍길동"');
  expect(followQuery(readFollowed('(x'))).toContain('|~ "\\\\(x\\\\b"');
});

test('of one field, whatever the form of the lines', () => {
  expect(followQuery(readFollowed('user.id=7'))).toMatch(
    /json journey_json="user\.id" \| logfmt journey_text="user\.id" \| journey_json="7" or journey_text="7" or user_id="7"/,
  );
});

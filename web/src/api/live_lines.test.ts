import { describe, expect, it } from 'vitest';
import { readLiveFrame } from './live_lines';

describe('a frame of live lines', () => {
  it('has its lines with their labels, of which there is one object for each set', () => {
    const text =
      '{"matched":3,"streams":[{"service":"api"},{"service":"queue"}],"lines":[[0,"1","a"],[1,"2","b"],[0,"3","c"]]}';
    const frame = readLiveFrame(text);
    expect(frame.matched).toBe(3);
    expect(frame.leftOut).toBeNull();
    expect(frame.lines.map((l) => [l.ns, l.text, l.labels.service])).toEqual([
      ['1', 'a', 'api'],
      ['2', 'b', 'queue'],
      ['3', 'c', 'api'],
    ]);
    expect(readLiveFrame(text).lines[0]!.labels).toBe(frame.lines[2]!.labels);
  });

  it('tells lines that matched and were not sent from those that nobody looked at', () => {
    const frame = readLiveFrame(
      '{"matched":7,"streams":[],"lines":[],"leftOut":{"entries":7,"first":"10","last":"19","unread":5}}',
    );
    expect(frame.leftOut).toEqual({ entries: 7, unread: 5, firstNs: '10', lastNs: '19' });
    expect(
      readLiveFrame('{"matched":7,"streams":[],"lines":[],"leftOut":{"entries":7,"first":"10","last":"19"}}').leftOut
        ?.unread,
    ).toBe(0);
  });
});

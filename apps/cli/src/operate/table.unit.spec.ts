import { duration, printable, table } from './table';

describe('tables', () => {
  it('align their columns, numbers to the right, and leave no blanks at the end', () => {
    expect(table([['topic', 'lag'], ['sca.requested', '12'], ['x', '']], [1])).toEqual(['topic          lag', 'sca.requested   12', 'x']);
    expect(table([])).toEqual([]);
  });

  it('show other people’s texts without what moves a cursor', () => {
    expect(printable('a\u001b[2Jb\r\nc\u202Ed')).toBe('a·[2Jb··c·d');
  });

  it.each([[0.04, '0.0 s'], [9.96, '10.0 s'], [59, '59 s'], [120, '2 min'], [5400, '1.5 h'], [172_800, '2.0 d']])('%d seconds are %s', (seconds, words) => {
    expect(duration(seconds)).toBe(words);
  });
});

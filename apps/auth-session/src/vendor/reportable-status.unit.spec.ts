import { meaningOf } from '@assent/domain-session';
import { reportableStatus } from './reportable-status';

describe('a status that may be told', () => {
  it.each(['Approved', 'Not Started', 'Something New', 'x'.repeat(64)])('given "%s", then it is told as the vendor wrote it', (status) => {
    expect(reportableStatus(status)).toBe(status);
  });
  it.each(['', '   ', 'Approved\n', 'Zulässig', 'x'.repeat(65), '\u0000'])('given %p, which nobody could have meant, then it is a word that decides nothing', (status) => {
    expect(meaningOf(reportableStatus(status))).toBe('UNKNOWN');
  });
});

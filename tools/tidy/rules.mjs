/**
 * Style that no linter knows, as code. Each rule has a failing sample in tools/tidy/samples, and the test expects it to fail.
 * @typedef {{ rule: string, line: number, message: string }} Violation
 */

const FILE_LINES_MAX = 400;
const COLUMNS_MAX = 240;
/** A table of cases is read across. */
const SPEC_COLUMNS_MAX = 320;
const BANNED_NAMES = /(^|[-.])(utils?|common|helpers?|managers?|misc)([-.]|$)/;

const lines = (text) => text.split('\n');
const everyLine = (rule, pattern, message) => (file, text) =>
  lines(text).flatMap((line, index) => (pattern.test(line) ? [{ rule, line: index + 1, message }] : []));

/** Text that people wrote and read; generated and binary files are none of it. */
const isText = (file) => /\.(ts|mjs|cjs|js|json|md|sql|prisma|ya?ml|xml|html)$|(^|\/)(Dockerfile|run|\.[a-z]+)$/.test(file);
const isCode = (file) => /\.(ts|mjs|cjs|sql|prisma)$/.test(file);

/** Where a rule would read a file that only quotes what it forbids. */
const isGenerated = (file) => /^(package-lock\.json|docs\/events\/|libs\/testing\/vectors\/)/.test(file);

export const RULES = {
  /** A name says what a thing is. These say that nobody knew. */
  'banned-name': (file) => file.split('/').filter((part) => BANNED_NAMES.test(part)).map((part) => ({ rule: 'banned-name', line: 1, message: `"${part}" says nothing of what it is` })),

  'file-length': (file, text) => (isCode(file) && lines(text).length > FILE_LINES_MAX ? [{ rule: 'file-length', line: FILE_LINES_MAX, message: `more than ${FILE_LINES_MAX} lines: it is two things` }] : []),

  'line-length': (file, text) => {
    const max = file.endsWith('.spec.ts') ? SPEC_COLUMNS_MAX : COLUMNS_MAX;
    return isCode(file) ? lines(text).flatMap((line, index) => (line.length > max ? [{ rule: 'line-length', line: index + 1, message: `more than ${max} columns` }] : [])) : [];
  },

  'left-to-do': everyLine('left-to-do', /\b(FIXME|TODO)\b/, 'finish it, or file an issue'),

  /** The project speaks of itself: whoever clones it has other folders and another machine. */
  'machine-path': everyLine('machine-path', /(^|[\s'"`(=:])\/(work|home|Users|root|tmp)\/|\.\.\/shared\//, 'a path of one machine'),

  'decorative-comment': (file, text) => (isCode(file) ? everyLine('decorative-comment', /^\s*(\/\/|#|\*|--)\s*[-=*#~]{6,}/, 'comments say why; they are not furniture')(file, text) : []),

  'silenced-check': everyLine('silenced-check', /@ts-(ignore|nocheck)|\bas any\b|(@ts-expect-error|eslint-disable)(?!.* -- \S)/, 'a check is answered, not silenced; where it must be, `-- reason` follows'),
};

/** @returns {Violation[]} */
export function violationsIn(file, text) {
  if (!isText(file) || isGenerated(file)) return RULES['banned-name'](file);
  return Object.values(RULES).flatMap((rule) => rule(file, text));
}

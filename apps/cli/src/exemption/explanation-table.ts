import type { ExplainedRule, Explanation } from '@assent/domain-exemption';

const WIDTH = 100;
const ARTICLE_WIDTH = 24;
const RULE_WIDTH = 22;
/** Scope rules settle a matter; exemptions apply. */
const isScope = (rule: string): boolean => !rule.startsWith('EX');

/** An explanation for people: the decision first, then each rule with its article, its answer, what it saw, and why not. */
export function explanationTable({ decision, exemption, reasons, rules, profile, consider, assumed }: Explanation): string {
  const lines = [
    `${decision}${exemption === null ? '' : ` by ${exemption}`}  (regime ${profile}; considered: ${consider.length === 0 ? 'nothing' : consider.join(', ')})`,
    `reasons: ${reasons.join(', ')}`,
    '─'.repeat(WIDTH),
    ...rules.flatMap(ruleLines),
    '─'.repeat(WIDTH),
  ];
  if (assumed.length > 0) lines.push(...wrapped(`not given, so the ordinary case: ${assumed.join(', ')}`, ''));
  return lines.join('\n');
}

function ruleLines(rule: ExplainedRule): string[] {
  const answer = isScope(rule.rule) ? (rule.passed ? 'settles it' : 'does not apply') : rule.passed ? 'EXEMPTS' : 'no';
  const seen = Object.entries(rule.evidence).map(([name, value]) => `${name}=${shown(value)}`);
  return [
    `${rule.rule.padEnd(RULE_WIDTH)} ${rule.article.padEnd(ARTICLE_WIDTH)} ${answer.padEnd(15)} ${rule.title}`,
    ...rule.reasons.filter(({ code }) => code !== 'WITHIN_CONDITIONS').map(({ code, text }) => `    ${code}: ${text}`),
    ...wrapped(`saw ${seen.join(', ')}`, '    '),
  ];
}

const shown = (value: unknown): string => {
  if (value === null) return 'unknown';
  if (Array.isArray(value)) return value.map(String).join('+');
  if (typeof value === 'string') return value;
  return typeof value === 'object' ? `{${Object.entries(value).map(([name, inner]) => `${name}=${shown(inner)}`).join(' ')}}` : JSON.stringify(value);
};

function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    if (line.length > indent.length && line.length + word.length > WIDTH) {
      lines.push(line.trimEnd());
      line = `${indent}  `;
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()];
}

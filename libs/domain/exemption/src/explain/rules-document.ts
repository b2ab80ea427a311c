import { ARTICLES } from '../articles';
import { evaluate } from '../evaluate';
import { readFacts, withDefaults } from '../read-facts';
import { type ReasonCode, reasonText } from '../reason-codes';
import type { RuleId } from '../rule';
import type { DecisionVector, JsonObject } from '../vectors/vector-file';

/** Where each rule stands, beside this folder's parent, and which vectors are about it: by the beginning of their ids. */
const RULES: readonly { readonly rule: RuleId; readonly file: string; readonly vectors: readonly string[] }[] = [
  { rule: 'NON_EXEMPTIBLE_ACTION', file: 'scope-non-exemptible-action.ts', vectors: ['NX'] },
  { rule: 'EX10', file: 'article-10-account-access.ts', vectors: ['AA'] },
  { rule: 'EX10A', file: 'article-10a-account-information-service.ts', vectors: ['AA'] },
  { rule: 'SCOPE_ANONYMOUS', file: 'scope-anonymous-instrument.ts', vectors: ['SC'] },
  { rule: 'SCOPE_MOTO', file: 'scope-moto.ts', vectors: ['SC'] },
  { rule: 'SCOPE_PAYEE_INITIATED', file: 'scope-payee-initiated.ts', vectors: ['SC'] },
  { rule: 'SCOPE_PSP_LOCATION', file: 'scope-provider-location.ts', vectors: ['SC'] },
  { rule: 'EX11', file: 'article-11-contactless.ts', vectors: ['CL', 'UK'] },
  { rule: 'EX12', file: 'article-12-unattended-terminal.ts', vectors: ['UT'] },
  { rule: 'EX13', file: 'article-13-trusted-payee.ts', vectors: ['TB'] },
  { rule: 'EX14', file: 'article-14-recurring.ts', vectors: ['RC'] },
  { rule: 'EX15', file: 'article-15-own-accounts.ts', vectors: ['OW'] },
  { rule: 'EX16', file: 'article-16-low-value.ts', vectors: ['LV', 'FX', 'UK', 'IP'] },
  { rule: 'EX17', file: 'article-17-corporate.ts', vectors: ['CO'] },
  { rule: 'EX18', file: 'article-18-risk-analysis.ts', vectors: ['TR', 'UK'] },
  { rule: 'SCOPE_ONE_LEG_OUT', file: 'scope-one-leg-out.ts', vectors: ['SC'] },
];

/** What stands beside the rules: counters, books, and what follows from a decision. */
const BESIDE: readonly { readonly article: string; readonly what: string; readonly file: string; readonly tests: string }[] = [
  { article: 'RTS Articles 11(b), 11(c), 16(b), 16(c)', what: 'Counters', file: 'counters/counter.ts', tests: 'counters/counter.unit.spec.ts; sequence vectors' },
  { article: 'RTS Article 19', what: 'Fraud rate', file: 'risk-books/fraud-rate.ts', tests: 'risk-books/risk-books.unit.spec.ts; fraud-rate vectors' },
  { article: 'RTS Article 20', what: 'Cessation', file: 'risk-books/cessation.ts', tests: 'risk-books/risk-books.unit.spec.ts; cessation vectors' },
  { article: 'RTS Article 21', what: 'Statistics', file: 'risk-books/article-21-report.ts', tests: 'risk-books/books.unit.spec.ts' },
  { article: 'PSD2 Articles 73, 74', what: 'Liability', file: 'liability/liability.ts', tests: 'transport/transport.unit.spec.ts; liability vectors' },
  { article: 'EMV 3-D Secure, ISO 20022', what: 'Transport', file: 'transport/transport-of-decision.ts', tests: 'transport/transport.unit.spec.ts; transport vectors' },
];

const SOURCE = '../libs/domain/exemption/src';
const LAW = 'https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX:32018R0389';

export const ruleFiles = (): string[] => [...RULES.map(({ file }) => `rules/${file}`), ...BESIDE.flatMap(({ file, tests }) => [file, tests.split(';')[0] ?? ''])];

/** `docs/rules.md`: from an article to the rule that says it, the reasons that it gives, and the vectors that hold it. */
export function rulesDocument(vectors: readonly DecisionVector[], defaults: JsonObject): string {
  const sections = RULES.map(({ rule, file, vectors: prefixes }) => {
    const about = vectors.filter(({ id, given }) => prefixes.includes(id.split('-')[0] ?? '') && (asked(rule, given, defaults) ?? []).length > 0);
    const reasons = new Set(about.flatMap(({ given }) => asked(rule, given, defaults) ?? []));
    const held = about.length === 0 ? '' : `, vectors ${about.map(({ id }) => id).join(', ')}`;
    return [
      `## ${rule}: ${ARTICLES[rule].title}`,
      '',
      `${ARTICLES[rule].article} · rule: [${file}](${SOURCE}/rules/${file}) · tests: [evaluate.unit.spec.ts](${SOURCE}/evaluate.unit.spec.ts)${held}`,
      '',
      ...(reasons.size === 0 ? [] : ['| reason | in words |', '|---|---|', ...[...reasons].map((code) => `| \`${code}\` | ${reasonText(code)} |`), '']),
    ].join('\n');
  });
  return [
    '# Rules: from the article to the code and its tests',
    '',
    'Generated; a test holds it against the code. `assent exemption explain` names rule and reason of a refusal: look the rule up here, and follow it to',
    `its file, or to the [text of the regulation](${LAW}). RTS is Delegated Regulation (EU) 2018/389, PSD2 is Directive (EU) 2015/2366.`,
    'Reasons are those that the vectors bring about; a rule may give more.',
    '',
    ...sections,
    '## Beside the rules',
    '',
    '| source | what | file | tests |',
    '|---|---|---|---|',
    ...BESIDE.map(({ article, what, file, tests }) => `| ${article} | ${what} | [${file}](${SOURCE}/${file}) | ${tests} |`),
    '',
  ].join('\n');
}

/** The reasons that a rule gives on a vector; null where it is not asked. */
function asked(rule: RuleId, given: JsonObject, defaults: JsonObject): readonly ReasonCode[] | null {
  const read = readFacts(withDefaults(given, defaults));
  if (!read.ok) return null;
  const { rules } = evaluate(read.value.facts, { ...read.value, considerDirectAccess: true });
  return rules.find((outcome) => outcome.rule === rule)?.reasons ?? null;
}

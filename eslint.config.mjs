import eslint from '@eslint/js';
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

const frameworks = ['@nestjs/*', '@prisma/*', 'kafkajs', 'rxjs', 'rxjs/*', 'pg', 'class-validator', 'class-transformer', 'fastify', 'pino', 'nestjs-pino'];

/** Who may import whom. No `*`: a project without a row here may import nothing. Proved red by tools/boundaries/*.sample.ts. */
const depConstraints = [
  { sourceTag: 'type:kernel', onlyDependOnLibsWithTags: ['type:kernel'], bannedExternalImports: frameworks },
  { sourceTag: 'type:domain', onlyDependOnLibsWithTags: ['type:kernel', 'type:domain'], bannedExternalImports: frameworks },
  { sourceTag: 'scope:session', onlyDependOnLibsWithTags: ['scope:shared', 'scope:session', 'scope:linking'] },
  { sourceTag: 'scope:linking', onlyDependOnLibsWithTags: ['scope:shared', 'scope:linking'] },
  { sourceTag: 'scope:exemption', onlyDependOnLibsWithTags: ['scope:shared', 'scope:exemption'] },
  { sourceTag: 'scope:ledger', onlyDependOnLibsWithTags: ['scope:shared', 'scope:ledger'] },
  { sourceTag: 'type:contracts', onlyDependOnLibsWithTags: ['type:kernel', 'type:contracts'], bannedExternalImports: ['@nestjs/*', '@prisma/*', 'kafkajs', 'pg'] },
  { sourceTag: 'type:platform', onlyDependOnLibsWithTags: ['type:kernel', 'type:contracts', 'type:platform'] },
  { sourceTag: 'type:adapter', onlyDependOnLibsWithTags: ['type:kernel', 'type:domain', 'type:contracts', 'type:platform', 'type:adapter'] },
  { sourceTag: 'scope:didit', onlyDependOnLibsWithTags: ['scope:shared', 'scope:didit', 'scope:session', 'scope:linking'] },
  { sourceTag: 'scope:messaging', onlyDependOnLibsWithTags: ['scope:shared', 'scope:messaging'] },
  { sourceTag: 'type:app', onlyDependOnLibsWithTags: ['type:kernel', 'type:domain', 'type:contracts', 'type:platform', 'type:adapter'] },
  { sourceTag: 'type:infra', onlyDependOnLibsWithTags: ['type:kernel', 'type:contracts', 'type:platform', 'type:infra'] },
  { sourceTag: 'type:testing', onlyDependOnLibsWithTags: ['type:kernel', 'type:domain', 'type:contracts', 'type:platform', 'type:adapter', 'type:infra', 'type:testing'] },
  { sourceTag: 'type:e2e', onlyDependOnLibsWithTags: ['type:kernel', 'type:domain', 'type:contracts', 'type:platform', 'type:adapter', 'type:infra', 'type:testing'] },
];

/** What a spec may import beyond its project: the means of testing. Nothing else changes, so a domain's spec still knows no framework. */
const testMeans = ['type:testing', 'type:infra'];
const withTestMeans = (row) =>
  row.sourceTag.startsWith('type:') ? { ...row, onlyDependOnLibsWithTags: [...row.onlyDependOnLibsWithTags, ...testMeans] } : row;
const boundaries = (constraints) => ['error', {
  enforceBuildableLibDependency: false,
  // A service's generated database client lies outside of any project.
  allow: ['^(\\.\\./)+prisma/generated/[a-z-]+/client$'],
  depConstraints: constraints,
  // Nx draws one graph of specs and code. A spec that uses the means of testing closes a circle in it that no running program has.
  ignoredCircularDependencies: [['*', 'testing'], ['*', 'infra']],
}];

const nodeGlobals = ['process', 'console', 'URL', 'Buffer', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'WebAssembly', 'fetch', 'performance'];

export default tseslint.config(
  { ignores: ['dist/**', 'prisma/generated/**', '.assent/**', '.nx/**', 'coverage/**', 'node_modules/**', '**/*.sample.ts'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    plugins: { '@nx': nx },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@nx/enforce-module-boundaries': boundaries(depConstraints),
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
    },
  },
  {
    files: ['libs/domain/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-imports': ['error', {
        patterns: [{ regex: '^node:(?!crypto$)', message: 'The domain does no input and output.' }],
        paths: [{ name: 'node:crypto', importNames: ['randomBytes', 'randomUUID', 'randomInt'], message: 'The domain has no randomness: take it as an argument.' }],
      }],
      'no-restricted-properties': ['error',
        { object: 'Date', property: 'now', message: 'The domain has no clock: take the time as an argument.' },
        { object: 'Math', property: 'random', message: 'The domain has no randomness: take it as an argument.' },
        { object: 'process', property: 'env', message: 'The domain has no environment: take settings as arguments.' },
      ],
      'no-restricted-syntax': ['error',
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'The domain has no clock: take the time as an argument.' },
        { selector: "CallExpression[callee.name='randomUUID']", message: 'The domain has no randomness: take ids as arguments.' },
      ],
    },
  },
  {
    files: ['**/*.spec.ts'],
    rules: {
      '@nx/enforce-module-boundaries': boundaries(depConstraints.map(withTestMeans)),
    },
  },
  {
    files: ['**/*.spec.ts', 'e2e/**/*.ts', 'libs/testing/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: { globals: Object.fromEntries([...nodeGlobals, 'require', 'module', '__dirname'].map((name) => [name, 'readonly'])) },
  },
);

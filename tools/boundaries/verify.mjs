/**
 * Proves that the arrows between projects are guarded: lints every *.sample.ts as if it lay where its first line says, and expects what its second line says.
 * A guard that is switched off, misspelt or skipped (Nx skips it without a word of error where it has no project graph) goes red here.
 */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createProjectGraphAsync } from '@nx/devkit';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

const folder = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(folder, '..', '..');

process.chdir(root);
process.env.NX_DAEMON = 'false';
await createProjectGraphAsync({ exitOnError: true });

// The samples exist only here, so the rules that need types are off; those that are proved do not.
const eslint = new ESLint({ cwd: root, overrideConfig: [tseslint.configs.disableTypeChecked, { languageOptions: { parserOptions: { projectService: false } } }] });

let failed = 0;
const names = readdirSync(folder).filter((name) => name.endsWith('.sample.ts'));
for (const name of names) {
  const text = readFileSync(path.join(folder, name), 'utf8');
  const [, as] = /^\/\/ as: (.+)$/m.exec(text) ?? [];
  const [, rule, words] = /^\/\/ red: ([^:]+): (.+)$/m.exec(text) ?? [];
  const [result] = await eslint.lintText(text, { filePath: path.join(root, as) });
  const found = (result?.messages ?? []).filter(({ ruleId }) => ruleId === '@nx/enforce-module-boundaries' || ruleId?.startsWith('no-restricted') || ruleId === null);
  const right = rule === undefined ? found.length === 0 : found.some((message) => message.ruleId === rule && message.message.includes(words));
  if (right) continue;
  failed += 1;
  const expected = rule === undefined ? 'no complaint' : `${rule}: ${words}`;
  process.stderr.write(`✗ ${name} as ${as}\n  expected ${expected}\n${found.map(({ ruleId, message }) => `  found ${ruleId}: ${message}\n`).join('')}`);
}
process.stderr.write(`${names.length - failed} of ${names.length} samples are judged as they should be\n`);
process.exit(failed === 0 && names.length > 0 ? 0 : 1);

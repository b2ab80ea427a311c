/** Checks every file of the repository against tools/tidy/rules.mjs. Usage: node tools/tidy/tidy.mjs */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { violationsIn } from './rules.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
// These two folders hold what must be found, and the words that it is found by.
const checked = files.filter((file) => !file.startsWith('tools/tidy/') && existsSync(path.join(root, file)));

const violations = checked.flatMap((file) => violationsIn(file, readFileSync(path.join(root, file), 'utf8')).map((violation) => ({ file, ...violation })));
for (const { file, line, rule, message } of violations) process.stderr.write(`${file}:${line}  ${rule}: ${message}\n`);
process.stderr.write(`${checked.length} files are ${violations.length === 0 ? 'tidy' : `looked at, ${violations.length} complaints`}\n`);
process.exit(violations.length === 0 ? 0 : 1);

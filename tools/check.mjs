/**
 * `npm run check`: everything that continuous integration demands besides the tests. Each check runs even if an earlier one failed, so that one run tells all.
 * Usage: node tools/check.mjs
 */
import { spawnSync } from 'node:child_process';

const nx = (target) => ['node_modules/nx/dist/bin/nx.js', 'run-many', '-t', target];
const jest = (...patterns) => ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js', '--selectProjects', 'unit', '--testPathPatterns', ...patterns];

const CHECKS = {
  tidy: ['tools/tidy/tidy.mjs'],
  boundaries: ['tools/boundaries/verify.mjs'],
  lint: nx('lint'),
  types: nx('typecheck'),
  build: nx('build'),
  'generated contracts': ['dist/libs/contracts/src/generate/main.js', '--check'],
  'generated configuration': ['dist/libs/platform/src/write-documents.js', '--check'],
  'compose file': jest('infra/src/compose'),
};

const failed = Object.entries(CHECKS).filter(([name, args]) => {
  process.stderr.write(`\n${name}\n`);
  return spawnSync(process.execPath, args, { stdio: 'inherit', env: { ...process.env, NX_DAEMON: 'false' } }).status !== 0;
});
process.stderr.write(failed.length === 0 ? '\nAll checks passed.\n' : `\nFailed: ${failed.map(([name]) => name).join(', ')}\n`);
process.exit(failed.length === 0 ? 0 : 1);

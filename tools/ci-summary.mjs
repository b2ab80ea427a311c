/**
 * Says how a run of continuous integration ended, in numbers taken from Jest's own report. Usage: node tools/ci-summary.mjs REPORT CHECKS_EXIT TESTS_EXIT
 * A check that failed counts as one failure, and so does a test file that could not even be loaded: nothing that is red may be read as green.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const [report, checksExit, testsExit] = process.argv.slice(2);

function counted() {
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0, notes: ['The tests wrote no report.'] };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numRuntimeErrorTestSuites, testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const relative = (file) => path.relative(process.cwd(), file);
  const failed = testResults.filter(({ status }) => status === 'failed');
  const skipped = testResults.filter(({ assertionResults }) => assertionResults.length > 0 && assertionResults.every(({ status }) => status === 'pending'));
  const failures = failed.flatMap(({ name, assertionResults }) => {
    const tests = assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => `Failed: ${relative(name)}: ${fullName}`);
    return tests.length > 0 ? tests : [`Failed: ${relative(name)} (could not be run)`];
  });
  return {
    passed: numPassedTests,
    failed: numFailedTests + numRuntimeErrorTestSuites,
    skipped: numPendingTests + numTodoTests,
    notes: [...failures, ...skipped.map(({ name }) => `Skipped: ${relative(name)}`)],
  };
}

const { passed, failed, skipped, notes } = counted();
if (checksExit !== '0') notes.push('Failed: npm run check');
for (const note of notes) console.log(note);
// A run that Jest itself calls failed is never reported as one without failures.
const failures = failed + (checksExit === '0' ? 0 : 1) || (testsExit === '0' ? 0 : 1);
console.log(`${passed} passed, ${failures} failed, ${skipped} skipped`);
process.exit(failures === 0 && passed > 0 ? 0 : 1);

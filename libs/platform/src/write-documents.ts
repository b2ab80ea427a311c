import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PLATFORM_DOCUMENTS } from './generated-documents';

/**
 * Writes the documents that are made from this library's code. Part of `npm run generate`, started in the root of the repository.
 * With `--check` it writes nothing, names what has drifted, and exits with 1 if anything has.
 */
function main(args: readonly string[]): void {
  const drifted = PLATFORM_DOCUMENTS.filter(({ path: file, render }) => !existsSync(file) || readFileSync(file, 'utf8') !== render());
  for (const { path: file, render } of drifted) {
    if (args.includes('--check')) {
      process.stderr.write(`${file} is not what the code says: npm run generate\n`);
      process.exitCode = 1;
    } else {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, render());
      process.stdout.write(`${file} written\n`);
    }
  }
}

main(process.argv.slice(2));

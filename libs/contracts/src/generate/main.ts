import { changesSinceRelease, documentsFolder, driftedDocuments, release, writeDocuments } from './drift';

/**
 * Writes docs/events from the classes.
 *   (nothing)   writes what differs
 *   --check     writes nothing; exit 1 and the names of files that differ, or of changes that break the released version
 *   --release   makes the present schemas the released ones, if they only add
 */
function main(argument: string | undefined): number {
  const folder = documentsFolder(process.cwd());
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  switch (argument) {
    case undefined: {
      const written = writeDocuments(folder);
      say(written.length === 0 ? 'docs/events is up to date' : `wrote ${written.map((name) => `docs/events/${name}`).join(', ')}`);
      return 0;
    }
    case '--check': {
      const drifted = driftedDocuments(folder);
      const breaking = changesSinceRelease(folder);
      for (const name of drifted) say(`docs/events/${name} differs from libs/contracts: run \`npm run generate\` and commit it`);
      for (const change of breaking) say(`docs/events/released/${change}: this breaks version 1; add a new version beside it`);
      return drifted.length + breaking.length === 0 ? 0 : 1;
    }
    case '--release': {
      const breaking = release(folder);
      for (const change of breaking) say(`docs/events/released/${change}: this breaks version 1; add a new version beside it`);
      return breaking.length === 0 ? 0 : 1;
    }
    default:
      say('usage: main.js [--check | --release]');
      return 2;
  }
}

process.exitCode = main(process.argv[2]);

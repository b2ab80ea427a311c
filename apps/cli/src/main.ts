import { EXIT, say } from './command-end';
import { runAssent } from './program';

/** A reader that has seen enough (`assent … | head`) is no error. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
});

runAssent(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    say(`assent failed: ${error instanceof Error ? error.message : 'unknown error'}`);
    process.exitCode = EXIT.no;
  },
);

import { Command, CommanderError } from 'commander';
import { authenticateCommand } from './authenticate/authenticate-command';
import { CommandEnd, EXIT, say } from './command-end';
import { registerExemptionCommands } from './exemption/exemption-command';
import { ledgerCommand } from './ledger/ledger-command';
import { registerOperateCommands } from './operate';
import { webhookCommand } from './webhook/webhook-command';

const HELP = `
Data goes to standard output, words to standard error.
Exit codes: 0 done, 1 the answer is no or a check failed, 2 wrong use, 3 something cannot be reached.`;

/** All commands of `assent`. */
export function assentProgram(): Command {
  const program = new Command('assent')
    .description('operate and audit Assent')
    .addCommand(authenticateCommand())
    .addCommand(webhookCommand())
    .addCommand(ledgerCommand())
    .addHelpText('after', HELP);
  registerOperateCommands(program);
  registerExemptionCommands(program);
  return endingByException(program);
}

/** Runs one command line; gives the exit code where none was set by the command. */
export async function runAssent(args: readonly string[]): Promise<number> {
  try {
    await assentProgram().parseAsync([...args], { from: 'user' });
    return Number(process.exitCode ?? EXIT.done);
  } catch (error) {
    // Help ends a command too, and is what was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongUse;
    if (error instanceof CommandEnd) {
      say(error.message);
      return error.exitCode;
    }
    throw error;
  }
}

/** Commander would end the process with 1 on wrong use, which means "no" here. */
function endingByException(command: Command): Command {
  command.exitOverride().showHelpAfterError('(add --help for examples)');
  for (const child of command.commands) endingByException(child);
  return command;
}

import { Command } from 'commander';
import { checkCommand } from './check-command';
import { explainCommand } from './explain-command';

/** Adds `assent exemption …`: the exemption engine, without a running service. */
export function registerExemptionCommands(program: Command): void {
  program.addCommand(
    new Command('exemption').description('ask the exemption engine: explain facts, check vectors').addCommand(explainCommand()).addCommand(checkCommand()),
  );
}

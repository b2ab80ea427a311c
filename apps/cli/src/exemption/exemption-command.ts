import { Command } from 'commander';
import { backtestCommand } from './backtest/backtest-command';
import { generateCommand } from './backtest/generate-command';
import { checkCommand } from './check-command';
import { explainCommand } from './explain-command';

/** Adds `assent exemption …`: the exemption engine, without a running service. */
export function registerExemptionCommands(program: Command): void {
  program.addCommand(
    new Command('exemption')
      .description('ask the exemption engine: explain facts, check vectors, test policies on past payments')
      .addCommand(explainCommand())
      .addCommand(checkCommand())
      .addCommand(backtestCommand())
      .addCommand(generateCommand()),
  );
}

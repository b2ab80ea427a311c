import { Command } from 'commander';
import { listCommand } from './list-command';
import { redriveCommand } from './redrive-command';
import { showCommand } from './show-command';

/** `assent dlq …`: messages that were set aside. docs/operating/poison.md says how to go about them. */
export const dlqCommand = (): Command =>
  new Command('dlq')
    .description('dead letters: look at them, and send them on their way again')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(redriveCommand());

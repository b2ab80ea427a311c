import type { Command } from 'commander';
import { dlqCommand } from './dlq/dlq-command';
import { statusCommand } from './status/status-command';
import { traceCommand } from './trace/trace-command';

/** What operators do: look, follow one authentication, and put right. */
export const registerOperateCommands = (program: Command): Command => program.addCommand(statusCommand()).addCommand(dlqCommand()).addCommand(traceCommand());

import { Command } from 'commander';
import { verifyCommand } from './verify-command';

/** `assent webhook …`: what the vendor sends. */
export const webhookCommand = (): Command => new Command('webhook').description('look at webhooks of the vendor').addCommand(verifyCommand());

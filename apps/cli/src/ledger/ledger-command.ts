import { Command } from 'commander';
import { verifyCommand } from './verify-command';

/** `assent ledger …`: for auditors, who need nothing but the ledger's address and its key. */
export const ledgerCommand = (): Command => new Command('ledger').description('check the audit ledger').addCommand(verifyCommand());

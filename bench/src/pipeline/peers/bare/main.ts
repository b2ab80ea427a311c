import { peerSettings, type Role } from '../settings';
import { engine, ingest, ledger, session } from './roles';

/**
 * One process of the bare loop: the same hops straight on kafkajs and pg, whole batches, one statement a batch. A limit, not a product: no outbox, no
 * restart scan, no check of anything beyond the signature, so it promises less than any other variant.
 */
const roles = { engine, session, ingest, ledger };

process.on('disconnect', () => process.exit());
roles[process.argv[2] as Role](peerSettings()).then(
  () => process.send?.({}),
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  },
);

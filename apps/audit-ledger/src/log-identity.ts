import { noteSigner, type NoteSigner } from '@assent/domain-ledger';
import { type AuditLedgerConfig, ConfigError } from '@assent/platform';

/** What the log is known by, and how often it says where it stands. */
export class LogIdentity {
  private constructor(
    readonly logId: string,
    /** First line of its checkpoints, and the name of its key. */
    readonly origin: string,
    readonly signer: NoteSigner,
    readonly checkpointIntervalMs: number,
    readonly checkpointLeaves: number,
  ) {}

  /** What others verify checkpoints with (C2SP note form). */
  get verifierKey(): string {
    return this.signer.verifier.text;
  }

  /** @throws ConfigError where the key cannot sign, or the origin cannot be a key's name */
  static of(config: AuditLedgerConfig): LogIdentity {
    const signer = noteSigner(config.ledgerOrigin, config.ledgerSigningKey.reveal());
    if (signer.ok) return new LogIdentity(config.ledgerLogId, config.ledgerOrigin, signer.value, config.checkpointIntervalMs, config.checkpointLeaves);
    const problem =
      signer.error === 'NAME_MALFORMED'
        ? { variable: 'LEDGER_ORIGIN', message: 'must have neither blanks, control characters nor +' }
        : { variable: 'LEDGER_SIGNING_KEY', message: 'is no Ed25519 private key: 32 bytes of seed, or PKCS#8' };
    throw new ConfigError('The configuration of audit-ledger', [problem]);
  }
}

import { Sha256Base64, Text, Whole } from '../fields';
import { LOG_ID, LOG_INDEX } from './forms';

/** A signed tree head. */
export class AuditCheckpointV1 {
  @Text('The log.', LOG_ID)
  logId!: string;

  @Whole('Number of entries that the root covers.', LOG_INDEX)
  size!: number;

  @Sha256Base64('RFC 9162 Merkle tree root, base64.')
  rootHash!: string;

  @Text('Signed C2SP text, cosignatures included as they arrive.', { max: 16_384, pattern: '^[^\\p{Cs}]*$', form: 'the text of a signed note' })
  note!: string;
}

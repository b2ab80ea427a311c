import { Sha256Base64, Text, Timestamp, Whole } from '../fields';
import { LOG_ID, LOG_INDEX } from './forms';

/** One leaf of the log. No personal data: a leaf holds keyed commitments. */
export class AuditEntryV1 {
  @Text('The log.', LOG_ID)
  logId!: string;

  @Whole('Position in the log, from 0, without gaps.', LOG_INDEX)
  index!: number;

  @Sha256Base64('RFC 9162 leaf hash, base64.')
  leafHash!: string;

  @Text('The exact canonical text that was hashed.', { max: 16_384 })
  leaf!: string;

  @Timestamp('When it was appended.')
  recordedAt!: string;
}

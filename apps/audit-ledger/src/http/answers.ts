import { ApiProperty } from '@nestjs/swagger';

/** A log and what its checkpoints are verified with. */
export class LogAnswer {
  @ApiProperty({ example: 'main' })
  logId!: string;

  @ApiProperty({ description: 'First line of its checkpoints (C2SP tlog-checkpoint).', example: 'ledger.example/assent/main' })
  origin!: string;

  @ApiProperty({
    description: 'C2SP signed-note verifier key. Pin it: who takes it from here trusts this answer.',
    example: 'ledger.example/assent/main+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
  })
  verifierKey!: string;

  @ApiProperty({ description: 'Leaves in the log now; the last checkpoint may cover fewer.', example: 1234 })
  size!: number;
}

/** An entry, as `audit.entry` says it. */
export class EntryAnswer {
  @ApiProperty({ example: 'main' })
  logId!: string;

  @ApiProperty({ example: 1233 })
  index!: number;

  @ApiProperty({ description: 'RFC 9162 leaf hash: SHA-256(0x00 ‖ leaf), base64.' })
  leafHash!: string;

  @ApiProperty({ description: 'The exact text that was hashed.' })
  leaf!: string;

  @ApiProperty({ format: 'date-time' })
  recordedAt!: string;
}

export class EntriesAnswer {
  @ApiProperty({ example: 0 })
  from!: number;

  @ApiProperty({ description: 'One past the last entry of this answer; ask on from here.', example: 1000 })
  to!: number;

  @ApiProperty({ type: [EntryAnswer] })
  entries!: EntryAnswer[];
}

export class InclusionAnswer {
  @ApiProperty()
  index!: number;

  @ApiProperty()
  size!: number;

  @ApiProperty({ description: 'Base64.' })
  leafHash!: string;

  @ApiProperty({ description: "RFC 9162 inclusion path, lowest sibling first, base64.", type: [String] })
  hashes!: string[];
}

export class ConsistencyAnswer {
  @ApiProperty()
  from!: number;

  @ApiProperty()
  to!: number;

  @ApiProperty({ description: "RFC 9162 consistency path, base64.", type: [String] })
  hashes!: string[];
}

export class EvidenceCheckpoint {
  @ApiProperty({ description: 'Signed C2SP text.' })
  note!: string;

  @ApiProperty()
  size!: number;

  @ApiProperty({ description: 'Base64.' })
  rootHash!: string;
}

export class EvidenceEvent {
  @ApiProperty()
  topic!: string;

  @ApiProperty({ nullable: true, type: String })
  key!: string | null;

  @ApiProperty({
    description: 'CloudEvents attributes and other headers; a value that is no UTF-8 stands in base64.',
    type: 'object',
    additionalProperties: { type: 'string' },
  })
  headers!: Record<string, string>;

  @ApiProperty({ description: "The event's JSON; null where its value is none (`exactBytes` has it all the same).", nullable: true })
  body!: unknown;

  @ApiProperty({ description: 'What the commitment covers: topic, key, value and headers, length-prefixed, base64.' })
  exactBytes!: string;

  @ApiProperty({ description: "HMAC-SHA256 under this key (base64) over `exactBytes` is the leaf's commitment. It opens this event's commitment and no other." })
  commitmentKey!: string;
}

export class EvidenceEntry extends EntryAnswer {
  @ApiProperty({ description: 'Against the checkpoint of this answer; null where it does not cover the entry yet.', type: InclusionAnswer, nullable: true })
  proof!: InclusionAnswer | null;

  @ApiProperty({ type: EvidenceEvent, nullable: true })
  event!: EvidenceEvent | null;

  @ApiProperty({ description: 'Why the event is not here; the leaf and its proof stay.', enum: ['DROPPED', 'ERASED', 'DAMAGED'], nullable: true })
  missing!: 'DROPPED' | 'ERASED' | 'DAMAGED' | null;
}

/** Everything that was recorded of one authentication, with what it takes to check it. */
export class EvidenceAnswer {
  @ApiProperty()
  gatewayId!: string;

  @ApiProperty()
  authenticationId!: string;

  @ApiProperty({ type: LogAnswer })
  log!: LogAnswer;

  @ApiProperty({ type: EvidenceCheckpoint, nullable: true })
  checkpoint!: EvidenceCheckpoint | null;

  @ApiProperty({ type: [EvidenceEntry] })
  entries!: EvidenceEntry[];

  @ApiProperty({ description: 'Ask again with `?from=` this; null where this was all.', nullable: true, type: Number })
  nextFrom!: number | null;
}

import { Controller, Get, Header, HttpStatus, Inject, Param, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Wire } from '@assent/contracts';
import { hashToBase64 } from '@assent/domain-ledger';
import { AUTHENTICATION_ID_PATTERN } from '@assent/kernel';
import { ApiKeyGuard, CurrentGateway, Gateway, noteAuthentication, Problem, RequireScope } from '@assent/platform';
import { Checkpointer } from '../checkpoints/checkpointer';
import { LogIdentity } from '../log-identity';
import { EVIDENCE_MAX, type EvidenceItem, EvidenceReader, type OpenedEvent } from '../storage/evidence-reader';
import { LogReader, type StoredCheckpoint } from '../storage/log-reader';
import { EvidenceAnswer, type EvidenceEntry, type EvidenceEvent, type InclusionAnswer } from './answers';
import { inclusionAnswer, unprovable } from './logs.controller';
import { OptionalQueryNumber } from './whole-number';

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What was recorded of an authentication, opened for the gateway that it belongs to. */
@ApiTags('evidence')
@ApiBearerAuth()
@Controller('v1/gateways')
@UseGuards(ApiKeyGuard)
@RequireScope('evidence:read')
export class EvidenceController {
  constructor(
    @Inject(EvidenceReader) private readonly evidence: EvidenceReader,
    @Inject(LogReader) private readonly log: LogReader,
    @Inject(LogIdentity) private readonly identity: LogIdentity,
    @Inject(Checkpointer) private readonly checkpointer: Checkpointer,
  ) {}

  @Get(':gatewayId/authentications/:id/evidence')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'The evidence of an authentication',
    description: `Every recorded event with its leaf and proof, at most ${EVIDENCE_MAX} in one answer. A key reads only its own gateway's.`,
  })
  @ApiParam({ name: 'gatewayId' })
  @ApiParam({ name: 'id', description: 'The authentication id' })
  @ApiQuery({ name: 'from', type: 'integer', required: false, description: 'Only entries from this index on: `nextFrom` of the answer before.' })
  @ApiOkResponse({ type: EvidenceAnswer })
  async read(
    @Param('gatewayId') gatewayId: string,
    @Param('id') id: string,
    @OptionalQueryNumber('from') from: number | null,
    @CurrentGateway() caller: Gateway,
  ): Promise<Wire<EvidenceAnswer>> {
    // One answer for another gateway's and for one that never was: whoever asks learns nothing from it.
    if (caller.id !== gatewayId || !AUTHENTICATION_ID_PATTERN.test(id)) throw evidenceNotFound();
    noteAuthentication(id);
    const items = await this.evidence.of(gatewayId, id, from ?? 0);
    const last = items.at(-1);
    if (last === undefined) throw evidenceNotFound();
    await this.checkpointer.cover(last.index + 1);
    const checkpoint = await this.log.checkpoint();
    const proofs = await this.proofs(items, checkpoint);
    const { logId, origin, verifierKey } = this.identity;
    return {
      gatewayId,
      authenticationId: id,
      log: { logId, origin, verifierKey, size: await this.log.size() },
      checkpoint: checkpoint === null ? null : { note: checkpoint.note, size: checkpoint.size, rootHash: hashToBase64(checkpoint.root) },
      entries: items.map((item) => this.entry(item, proofs.get(item.index) ?? null)),
      nextFrom: items.length === EVIDENCE_MAX ? last.index + 1 : null,
    };
  }

  private async proofs(items: readonly EvidenceItem[], checkpoint: StoredCheckpoint | null): Promise<ReadonlyMap<number, Wire<InclusionAnswer>>> {
    const covered = items.map(({ index }) => index).filter((index) => checkpoint !== null && index < checkpoint.size);
    if (checkpoint === null || covered.length === 0) return new Map();
    const proven = await this.log.inclusions(covered, checkpoint.size);
    if (!proven.ok) throw unprovable(proven.error);
    return new Map(proven.value.map((leaf) => [leaf.proof.index, inclusionAnswer(leaf)]));
  }

  private entry({ index, leaf, leafHash, recordedAt, opened }: EvidenceItem, proof: Wire<InclusionAnswer> | null): Wire<EvidenceEntry> {
    const entry = { logId: this.identity.logId, index, leafHash: hashToBase64(leafHash), leaf, recordedAt, proof };
    return typeof opened === 'string' ? { ...entry, event: null, missing: opened } : { ...entry, event: eventAnswer(opened), missing: null };
  }
}

function eventAnswer({ topic, key, value, headers, exactBytes, commitmentKey }: OpenedEvent): Wire<EvidenceEvent> {
  return {
    topic,
    key: key === null ? null : textOrBase64(key),
    headers: Object.fromEntries(headers.map(([name, bytes]) => [name, textOrBase64(bytes)])),
    body: jsonOrNull(value),
    exactBytes: exactBytes.toString('base64'),
    commitmentKey: commitmentKey.toString('base64'),
  };
}

function textOrBase64(bytes: Buffer): string {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return bytes.toString('base64');
  }
}

function jsonOrNull(value: Buffer | null): unknown {
  try {
    return value === null ? null : (JSON.parse(strictUtf8.decode(value)) as unknown);
  } catch {
    return null;
  }
}

const evidenceNotFound = (): Problem =>
  new Problem({ status: HttpStatus.NOT_FOUND, code: 'EVIDENCE_NOT_FOUND', detail: 'Nothing was recorded of this authentication for the gateway of this key.' });

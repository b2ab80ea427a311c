import { Controller, Get, Header, HttpStatus, Inject, Param, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiProduces, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Wire } from '@assent/contracts';
import { hashToBase64 } from '@assent/domain-ledger';
import { invalidRequest, Problem } from '@assent/platform';
import type { FastifyReply } from 'fastify';
import { LogIdentity } from '../log-identity';
import { LogReader, type ProofRefusal, type ProvenLeaf } from '../storage/log-reader';
import { ConsistencyAnswer, EntriesAnswer, EntryAnswer, InclusionAnswer, LogAnswer } from './answers';
import { OptionalQueryNumber, PathNumber, QueryNumber } from './whole-number';

/** Most entries in one answer. */
export const ENTRIES_MAX = 1000;
/** What never changes may be kept by anybody for ever: leaves hold no personal data. */
const IMMUTABLE = 'public, max-age=31536000, immutable';

/** The log in the open: anybody who reaches this port may verify it, and nothing here names a person. */
@ApiTags('log')
@Controller('v1/logs')
export class LogsController {
  constructor(
    @Inject(LogReader) private readonly reader: LogReader,
    @Inject(LogIdentity) private readonly identity: LogIdentity,
  ) {}

  @Get()
  @Header('cache-control', 'no-cache')
  @ApiOperation({ summary: 'The logs of this ledger' })
  @ApiOkResponse({ type: [LogAnswer] })
  async logs(): Promise<Wire<LogAnswer>[]> {
    const { logId, origin, verifierKey } = this.identity;
    return [{ logId, origin, verifierKey, size: await this.reader.size() }];
  }

  @Get(':log/checkpoint')
  @Header('cache-control', 'no-cache')
  @Header('content-type', 'text/plain; charset=utf-8')
  @ApiOperation({
    summary: 'The last signed checkpoint',
    description: 'A C2SP tlog-checkpoint: a signed note of origin, size and root. With sizeMax: the last one of at most this size.',
  })
  @ApiParam({ name: 'log', example: 'main' })
  @ApiQuery({ name: 'sizeMax', type: 'integer', required: false })
  @ApiProduces('text/plain')
  async checkpoint(@Param('log') log: string, @OptionalQueryNumber('sizeMax') sizeMax: number | null): Promise<string> {
    this.mustKnow(log);
    const checkpoint = await this.reader.checkpoint(sizeMax ?? undefined);
    if (checkpoint === null) throw notFound('CHECKPOINT_NOT_FOUND', 'Nothing was signed yet; ask again in a moment.');
    return checkpoint.note;
  }

  @Get(':log/entries/:index')
  @ApiOperation({ summary: 'One entry' })
  @ApiParam({ name: 'log', example: 'main' })
  @ApiParam({ name: 'index', type: 'integer' })
  @ApiOkResponse({ type: EntryAnswer })
  async entry(@Param('log') log: string, @PathNumber('index') index: number, @Res({ passthrough: true }) reply: FastifyReply): Promise<Wire<EntryAnswer>> {
    this.mustKnow(log);
    const entry = await this.reader.entry(index);
    if (entry === null) throw notFound('ENTRY_NOT_FOUND', 'The log has no entry at this index.');
    keepForEver(reply);
    return entry;
  }

  @Get(':log/entries')
  @ApiOperation({ summary: 'A range of entries', description: `Entries [from, to), at most ${ENTRIES_MAX}: a longer range is answered up to there.` })
  @ApiParam({ name: 'log', example: 'main' })
  @ApiQuery({ name: 'from', type: 'integer' })
  @ApiQuery({ name: 'to', type: 'integer' })
  @ApiOkResponse({ type: EntriesAnswer })
  async entries(@Param('log') log: string, @QueryNumber('from') from: number, @QueryNumber('to') to: number): Promise<Wire<EntriesAnswer>> {
    this.mustKnow(log);
    if (from >= to) throw invalidRequest([{ field: 'to', message: 'must be above from' }]);
    const end = Math.min(to, from + ENTRIES_MAX);
    return { from, to: end, entries: await this.reader.entries(from, end) };
  }

  @Get(':log/proofs/inclusion')
  @ApiOperation({ summary: 'That an entry is in the log', description: 'RFC 9162 section 2.1.3. Without size: against the last checkpoint.' })
  @ApiParam({ name: 'log', example: 'main' })
  @ApiQuery({ name: 'index', type: 'integer' })
  @ApiQuery({ name: 'size', type: 'integer', required: false })
  @ApiOkResponse({ type: InclusionAnswer })
  async inclusion(
    @Param('log') log: string,
    @QueryNumber('index') index: number,
    @OptionalQueryNumber('size') asked: number | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Wire<InclusionAnswer>> {
    this.mustKnow(log);
    const size = asked ?? (await this.reader.checkpoint())?.size ?? 0;
    if (index >= size) throw invalidRequest([{ field: 'index', message: asked === null ? 'is not covered by the last checkpoint yet' : 'must be below size' }]);
    const proven = await this.reader.inclusion(index, size);
    if (!proven.ok) throw unprovable(proven.error);
    if (asked !== null) keepForEver(reply);
    return inclusionAnswer(proven.value);
  }

  @Get(':log/proofs/consistency')
  @ApiOperation({ summary: 'That the log only grew', description: 'RFC 9162 section 2.1.4. Empty where from is 0 or to.' })
  @ApiParam({ name: 'log', example: 'main' })
  @ApiQuery({ name: 'from', type: 'integer' })
  @ApiQuery({ name: 'to', type: 'integer' })
  @ApiOkResponse({ type: ConsistencyAnswer })
  async consistency(
    @Param('log') log: string,
    @QueryNumber('from') from: number,
    @QueryNumber('to') to: number,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Wire<ConsistencyAnswer>> {
    this.mustKnow(log);
    if (from > to) throw invalidRequest([{ field: 'from', message: 'must not be above to' }]);
    const proof = await this.reader.consistency(from, to);
    if (!proof.ok) throw unprovable(proof.error);
    keepForEver(reply);
    return { from, to, hashes: proof.value.hashes.map(hashToBase64) };
  }

  private mustKnow(log: string): void {
    if (log !== this.identity.logId) throw notFound('LOG_NOT_FOUND', 'This ledger has no such log; GET /v1/logs lists them.');
  }
}

export const inclusionAnswer = ({ leafHash, proof }: ProvenLeaf): Wire<InclusionAnswer> => ({
  index: proof.index,
  size: proof.size,
  leafHash: hashToBase64(leafHash),
  hashes: proof.hashes.map(hashToBase64),
});

const keepForEver = (reply: FastifyReply): void => void reply.header('cache-control', IMMUTABLE);

const notFound = (code: string, detail: string): Problem => new Problem({ status: HttpStatus.NOT_FOUND, code, detail });

export function unprovable(refusal: ProofRefusal): Problem {
  if (refusal === 'BEYOND_LOG') return notFound('SIZE_NOT_REACHED', 'The log has not grown to this size.');
  return new Problem({
    status: HttpStatus.INTERNAL_SERVER_ERROR,
    code: 'LOG_DAMAGED',
    title: 'The stored log is damaged',
    detail: 'What this proof is made of is missing. Run `assent ledger verify` to find where.',
  });
}
